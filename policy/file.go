package policy

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nlpodyssey/safetensors"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy/nn"
)

// Save writes p to w in the safetensors format. The file has the tensors as float32, with
// PyTorch's names and layout, and metadata that describes the policy for Open. For a policy type
// of another package, the file has only tensors and spaces, and only Load can read it.
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
		data, _ := binary.Append(nil, binary.LittleEndian, value) // float32 values never cause an error
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
		return fmt.Errorf("policy: its spaces and networks take %d bytes of the file, want %d at most", n, maxHeader)
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// Open returns the policy of a file that Save wrote. The policy is ready to act. An engine is
// needed only if a network has layers that package nn does not have.
func Open(path string, engines ...nn.Engine) (Policy, error) {
	p, _, err := OpenWithMeta(path, engines...)
	return p, err
}

// OpenWithMeta returns the policy of a file, as Open does, and the policy's environment and
// agent. With the errors ErrEarlier and ErrOwnType it still returns the Meta.
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

// Read returns the policy in r, as Open does. A program can use it, for example, for an embedded
// policy file.
func Read(r io.Reader, engines ...nn.Engine) (Policy, error) {
	p, _, err := read(r, engines)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// read returns the policy of a file, and the policy's environment and agent.
func read(r io.Reader, engines []nn.Engine) (Policy, Meta, error) {
	c, err := readHeader(r)
	if err != nil {
		return nil, Meta{}, err
	}
	p, err := c.policy(engines)
	return p, c.readMeta(), err
}

// maxFile is the largest size of all tensors of a file [bytes].
const maxFile = 1 << 40

// policy returns the policy of the file. It reads the tensors before it makes the networks, and
// the networks may not have more values than the tensors. This prevents large allocations for a
// header with wrong sizes.
func (c *contents) policy(engines []nn.Engine) (Policy, error) {
	if err := c.checkVersion(); err != nil {
		return nil, err
	}
	d, err := c.readDesign()
	if err != nil {
		return nil, err
	}
	spec, err := c.readSpec()
	if err != nil {
		return nil, err
	}
	if err := c.readTensors(maxFile); err != nil {
		return nil, err
	}
	p, err := d.build(spec, int(c.tensorBytes/4), engines)
	if err != nil {
		return nil, err
	}
	if err := c.checkSame(p); err != nil { // checks the metadata that build did not use
		return nil, err
	}
	return p, c.setParams(p.Tensors())
}
