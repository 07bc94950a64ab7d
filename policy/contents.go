package policy

import (
	"encoding/binary"
	"encoding/json"
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

// maxHeader bounds a file's header, in bytes.
const maxHeader = 4 << 20

// contents are a file in the safetensors format.
type contents struct {
	info map[string]string // its metadata

	r       io.Reader // behind the header
	header  []byte    // with its length
	end     uint64    // bytes of the tensors, as the header says
	tensors safetensors.SafeTensors
}

// readHeader reads a file's header. What it allocates is bounded by what r has.
func readHeader(r io.Reader) (*contents, error) {
	begin := make([]byte, 8)
	if _, err := io.ReadFull(r, begin); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, notWhole(err)
	} else if err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(begin)
	if n < 2 || n > maxHeader {
		return nil, notWhole(fmt.Errorf("a header of %d bytes, want 2 … %d", n, maxHeader))
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return nil, err
	}
	var header safetensors.Metadata
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, notWhole(err)
	}
	c := &contents{info: header.Metadata(), r: r, header: append(begin, text...)}
	for _, t := range header.Tensors() {
		c.end = max(c.end, t.DataOffsets[1])
	}
	return c, nil
}

// readTensors reads the tensors behind the header, most bytes at most.
func (c *contents) readTensors(most uint64) error {
	if c.end > most {
		return fmt.Errorf("tensors of %d bytes, want %d at most", c.end, most)
	}
	data, err := io.ReadAll(io.LimitReader(c.r, int64(c.end)+1)) // one byte more would be too many
	if err != nil {
		return err
	}
	if c.tensors, err = safetensors.Deserialize(append(c.header, data...)); err != nil {
		return notWhole(err)
	}
	return nil
}

// notWhole returns the error of a file of another format, or one that is cut short.
func notWhole(err error) error {
	return fmt.Errorf("not a safetensors file, or cut short: %w", err)
}

// set sets params to the tensors of the file, which must be theirs, name by name and shape
// by shape, with values that they can have. After an error nothing is set.
func (c *contents) set(params []*tape.Param) (err error) {
	values := make([][]float32, len(params))
	extra := map[string]bool{}
	for _, name := range c.tensors.Names() {
		extra[name] = true
	}
	for i, p := range params {
		if values[i], err = c.tensor(p); err != nil {
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

// tensor returns the value that the file has for p.
func (c *contents) tensor(p *tape.Param) ([]float32, error) {
	t, ok := c.tensors.Tensor(p.Name)
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
