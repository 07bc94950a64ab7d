package policy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Meta is what a saved policy says of itself.
type Meta struct {
	Env   string // id of the environment it was trained in
	Agent string // that trained it
}

// fileVersion is the version of names and shapes in a saved policy.
const fileVersion = "1"

// maxHeader bounds what is read of a file's header, in bytes.
const maxHeader = 1 << 20

// Save writes p to w in the safetensors format: float32 tensors under
// PyTorch's names, in its layout.
func Save(w io.Writer, p Policy, m Meta) error {
	tensors := map[string]safetensors.TensorView{}
	for _, param := range p.Tensors() {
		if err := checkValues(param.Name, param.Value); err != nil {
			return fmt.Errorf("policy: tensor %s: %w", param.Name, err)
		}
		var shape []uint64
		for _, d := range param.Shape() {
			shape = append(shape, uint64(d))
		}
		value := make([]float32, len(param.Value))
		param.Export(value)
		data, _ := binary.Append(nil, binary.LittleEndian, value) // floats never fail
		view, err := safetensors.NewTensorView(safetensors.F32, shape, data)
		if err != nil {
			return fmt.Errorf("policy: %s: %w", param.Name, err)
		}
		tensors[param.Name] = view
	}
	info := map[string]string{"format": "pt", "version": fileVersion, "env": m.Env, "agent": m.Agent}
	if err := safetensors.SerializeToWriter(tensors, info, w); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// Load fills p from what Save wrote. The tensors must be those of p, name by
// name and shape by shape, with finite values and variances above 0. The file must be
// of m's environment and agent, unless m or the file names none. After an error p is
// unchanged.
func Load(r io.Reader, p Policy, m Meta) error {
	if err := load(r, p.Tensors(), m); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

func load(r io.Reader, params []*tape.Param, m Meta) error {
	most := int64(8 + maxHeader)
	for _, p := range params {
		most += 4 * int64(len(p.Value))
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return err
	}
	if int64(len(data)) > most {
		return fmt.Errorf("more than the %d bytes that this policy can have", most)
	}
	file, err := safetensors.Deserialize(data)
	if err != nil {
		return fmt.Errorf("not a safetensors file, or cut short: %w", err)
	}
	_, header, err := safetensors.ReadMetadata(data)
	if err != nil {
		return err
	}
	if err := m.check(header.Metadata()); err != nil {
		return err
	}
	values := make([][]float32, len(params))
	extra := map[string]bool{}
	for _, name := range file.Names() {
		extra[name] = true
	}
	for i, p := range params {
		if values[i], err = tensor(file, p); err != nil {
			return fmt.Errorf("tensor %s: %w", p.Name, err)
		}
		delete(extra, p.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		return fmt.Errorf("tensor %s: this policy has none", name)
	}
	for i, p := range params {
		p.Import(values[i])
	}
	return nil
}

// check returns an error if a file's metadata has another version, environment or agent.
func (m Meta) check(info map[string]string) error {
	if v, ok := info["version"]; ok && v != fileVersion {
		return fmt.Errorf("version %s of the format, this program reads %s", v, fileVersion)
	}
	if v, ok := info["env"]; ok && m.Env != "" && v != m.Env {
		return fmt.Errorf("a policy for the environment %q, want one for %s", v, m.Env)
	}
	if v, ok := info["agent"]; ok && m.Agent != "" && v != m.Agent {
		return fmt.Errorf("a policy of the agent %q, want one of %s", v, m.Agent)
	}
	return nil
}

// tensor returns the value that file has for p.
func tensor(file safetensors.SafeTensors, p *tape.Param) ([]float32, error) {
	t, ok := file.Tensor(p.Name)
	if !ok {
		return nil, errors.New("not in the file")
	}
	sameShape := slices.EqualFunc(t.Shape(), p.Shape(), func(a uint64, b int) bool { return a == uint64(b) })
	if t.DType() != safetensors.F32 || !sameShape {
		return nil, fmt.Errorf("%v of shape %v, want F32 of shape %v", t.DType(), t.Shape(), p.Shape())
	}
	value := make([]float32, len(p.Value))
	if _, err := binary.Decode(t.Data(), binary.LittleEndian, value); err != nil {
		return nil, err
	}
	return value, checkValues(p.Name, value)
}

// checkValues returns an error if a value of the tensor called name is not finite, or is
// a variance that is too small.
func checkValues(name string, x []float32) error {
	for _, v := range x {
		switch {
		case v-v != 0:
			return fmt.Errorf("has %v in it, want finite numbers", v)
		case name == varianceName && v <= 0:
			return fmt.Errorf("has %v in it, want variances above 0", v)
		case strings.HasSuffix(name, nn.RunningVariance) && v < 0:
			return fmt.Errorf("has %v in it, want variances, 0 or more", v)
		}
	}
	return nil
}
