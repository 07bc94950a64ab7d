package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// finiteOrNull returns x for JSON: a number that is not finite becomes nil, which is written as
// null.
func finiteOrNull[T float32 | float64](x []T) []*float64 {
	b := make([]*float64, len(x))
	for i, v := range x {
		if v-v == 0 {
			b[i] = new(float64(v))
		}
	}
	return b
}

// parseNumbers parses a list of numbers. A null in the list is an error.
func parseNumbers(data []byte) ([]float64, error) {
	var list []*float64
	if err := decode(data, &list); err != nil || list == nil || slices.Contains(list, nil) {
		return nil, errors.New("want a list of numbers")
	}
	x := make([]float64, len(list))
	for i, p := range list {
		x[i] = *p
	}
	return x, nil
}

var errNoObject = errors.New("not a JSON object")

// parseObject parses data as one JSON object and returns its fields. A key that is given twice is
// an error.
func parseObject(data []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil, errNoObject
	}
	fields := map[string]json.RawMessage{}
	var twice []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, errNoObject
		}
		name := key.(string) // the keys of an object are strings
		if _, ok := fields[name]; ok {
			twice = append(twice, name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, errNoObject
		}
		fields[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, errNoObject
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errNoObject
	}
	if len(twice) > 0 {
		return nil, fmt.Errorf("the key %q is given twice, want it once", twice[0])
	}
	return fields, nil
}

// decode parses data as one JSON value.
func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}
