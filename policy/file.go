package policy

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nlpodyssey/safetensors"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy/nn"
)

// Save writes p to w in the safetensors format: float32 tensors under PyTorch's names, in
// its layout, and as metadata all that Open needs. A policy of a program's own type is saved
// with its tensors and spaces, for Load.
func Save(w io.Writer, p Policy, m Meta) error {
	info, err := metadata(p, m)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
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
	file, err := safetensors.Serialize(tensors, info)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if n := binary.LittleEndian.Uint64(file); n > maxHeader {
		return fmt.Errorf("policy: its spaces and networks take %d bytes of a file, want %d at most", n, maxHeader)
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// Open returns the policy of a file that Save wrote, ready to act. Nothing else is needed.
// Engines are for layers of one's own; those of package nn are always there.
func Open(path string, engines ...nn.Engine) (Policy, error) {
	p, _, err := OpenWithMeta(path, engines...)
	return p, err
}

// OpenWithMeta is Open, and says where the policy comes from: also with ErrEarlier and
// ErrOwnType.
func OpenWithMeta(path string, engines ...nn.Engine) (Policy, Meta, error) {
	f, err := infile.Open(path)
	if err != nil {
		return nil, Meta{}, fmt.Errorf("policy: %w", err)
	}
	defer f.Close()
	p, m, err := read(f, engines)
	if err != nil {
		return nil, m, fmt.Errorf("policy: %s: %w", path, err)
	}
	return p, m, nil
}

// Read returns the policy that r has, as Open does: of a program that embeds its file, say.
func Read(r io.Reader, engines ...nn.Engine) (Policy, error) {
	p, _, err := read(r, engines)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// read returns the policy of a file, and where it comes from.
func read(r io.Reader, engines []nn.Engine) (Policy, Meta, error) {
	c, err := readHeader(r)
	if err != nil {
		return nil, Meta{}, err
	}
	p, err := c.policy(engines)
	return p, c.meta(), err
}

// maxFile bounds the tensors of a file, in bytes.
const maxFile = 1 << 40

// policy returns the policy of the file. What a header only claims makes nothing large: the
// tensors are read first, and a policy may have as many numbers as they have.
func (c *contents) policy(engines []nn.Engine) (Policy, error) {
	if err := c.checkVersion(); err != nil {
		return nil, err
	}
	d, err := c.design()
	if err != nil {
		return nil, err
	}
	spec, err := c.spec()
	if err != nil {
		return nil, err
	}
	if err := c.readTensors(maxFile); err != nil {
		return nil, err
	}
	p, err := d.build(spec, int(c.end/4), engines)
	if err != nil {
		return nil, err
	}
	if err := c.same(p); err != nil { // in what the design does not decide
		return nil, err
	}
	return p, c.set(p.Tensors())
}
