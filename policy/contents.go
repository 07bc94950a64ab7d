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

// maxHeader is the largest size of a file's header [bytes].
const maxHeader = 4 << 20

// contents is a file in the safetensors format. readHeader reads its header, and readTensors
// then reads its tensors.
type contents struct {
	info map[string]string // metadata

	r           io.Reader // rest of the file, from the end of the header
	header      []byte    // header with its length before it
	tensorBytes uint64    // size of all tensors according to the header [bytes]
	tensors     safetensors.SafeTensors
}

// readHeader reads a file's header. It allocates memory only for bytes that were read from r,
// even if the stated length of the header is larger.
func readHeader(r io.Reader) (*contents, error) {
	begin := make([]byte, 8)
	if _, err := io.ReadFull(r, begin); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, formatError(err)
	} else if err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(begin)
	if n < 2 || n > maxHeader {
		return nil, formatError(fmt.Errorf("a header of %d bytes, want 2 … %d", n, maxHeader))
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return nil, err
	}
	var header safetensors.Metadata
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, formatError(err)
	}
	c := &contents{info: header.Metadata(), r: r, header: append(begin, text...)}
	for _, t := range header.Tensors() {
		c.tensorBytes = max(c.tensorBytes, t.DataOffsets[1])
	}
	return c, nil
}

// readTensors reads the tensors, which follow the header. More than limit bytes are an error.
func (c *contents) readTensors(limit uint64) error {
	if c.tensorBytes > limit {
		return fmt.Errorf("tensors of %d bytes, want %d at most", c.tensorBytes, limit)
	}
	data, err := io.ReadAll(io.LimitReader(c.r, int64(c.tensorBytes)+1)) // one byte more than stated, to detect a file that is too long
	if err != nil {
		return err
	}
	if c.tensors, err = safetensors.Deserialize(append(c.header, data...)); err != nil {
		return formatError(err)
	}
	return nil
}

// formatError returns the error for a file that has another format or is cut short.
func formatError(err error) error {
	return fmt.Errorf("not a safetensors file, or cut short: %w", err)
}

// setParams sets params to the tensors of the file. The file must have a tensor with the name and
// shape of each parameter, with valid values. Other tensors in the file are an error. After an
// error all params are unchanged.
func (c *contents) setParams(params []*tape.Param) (err error) {
	values := make([][]float32, len(params))
	extra := map[string]bool{}
	for _, name := range c.tensors.Names() {
		extra[name] = true
	}
	for i, p := range params {
		if values[i], err = c.readTensor(p); err != nil {
			return fmt.Errorf("tensor %s: %w", p.Name, err)
		}
		delete(extra, p.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		return fmt.Errorf("tensor %s: this policy has no tensor of that name", name)
	}
	for i, p := range params {
		p.Import(values[i])
	}
	return nil
}

// readTensor returns the file's values for the parameter p.
func (c *contents) readTensor(p *tape.Param) ([]float32, error) {
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

// checkValues returns an error if the tensor with the given name has a value x that is NaN or
// infinite, or a variance that is too small.
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
