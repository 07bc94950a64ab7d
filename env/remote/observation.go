package remote

import (
	"bytes"
	"encoding/json"

	"github.com/rlrun/rlrun/env"
)

// An observation is an observation as JSON: a list of numbers, or for a Dict an object with a value for
// each field. A number that is not finite is null.
type observation struct {
	space env.Space
	row   []float32
}

// MarshalJSON writes o.
func (o observation) MarshalJSON() ([]byte, error) {
	space := o.space
	if c, ok := space.(env.Custom); ok {
		space = c.Plain()
	}
	fields, ok := space.(env.Dict)
	if !ok {
		return json.Marshal(finiteOrNull(o.row))
	}
	var b bytes.Buffer
	b.WriteByte('{')
	row := o.row
	for i, f := range fields {
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		n := f.Space.Size()
		value, err := json.Marshal(observation{f.Space, row[:n]})
		if err != nil {
			return nil, err
		}
		if row = row[n:]; i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
