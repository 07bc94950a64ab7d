package nn

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// maxPlan is the largest length of a plan's JSON [bytes].
const maxPlan = 1 << 17

// MarshalJSON returns p as JSON. It returns an error if p is not valid. For example:
//
//	{"in": [4], "layers": [{"linear": {"size": 64, "init": "orthogonal"}}, "tanh", {"linear": 2}]}
func (p Plan) MarshalJSON() ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("nn: bad plan: %w", err)
	}
	return json.Marshal(struct {
		In     []int  `json:"in"`
		Layers Layers `json:"layers"`
	}{p.In, p.Layers})
}

// MarshalJSON returns l as JSON, in the shortest way: see MarshalSetting.
func (l Layer) MarshalJSON() ([]byte, error) { return json.Marshal(l.MarshalSetting()) }

// UnmarshalJSON reads a plan that MarshalJSON wrote. If the JSON is not valid, it returns an
// error and leaves p unchanged. It builds no network, so its memory use is limited by the length
// of the JSON.
func (p *Plan) UnmarshalJSON(data []byte) error {
	plan, err := parsePlan(data)
	if err != nil {
		return fmt.Errorf("nn: bad plan: %w", err)
	}
	*p = plan
	return nil
}

// parsePlan returns the plan that data describes.
func parsePlan(data []byte) (p Plan, err error) {
	if len(data) > maxPlan {
		return p, fmt.Errorf("it has %d bytes, want %d at most", len(data), maxPlan)
	}
	r := parser{dec: json.NewDecoder(bytes.NewReader(data))}
	err = r.object(nil, func(key string) error {
		switch key {
		case "in":
			return r.list(func(t json.Token) error {
				n, ok := t.(float64)
				if p.In = append(p.In, int(n)); !ok || float64(int(n)) != n {
					return fmt.Errorf("the shape \"in\" has %v, want a whole number", t)
				}
				return nil
			})
		case "layers":
			return r.list(func(t json.Token) error {
				l, err := r.layer(t)
				p.Layers = append(p.Layers, l)
				return err
			})
		}
		return fmt.Errorf("the key %.70q is unknown, want in and layers", key)
	})
	if err == nil {
		err = p.Check()
	}
	return p, err
}

// A parser reads JSON token by token. In this way it finds a key that an object has twice.
type parser struct {
	dec   *json.Decoder
	depth int // number of layers around the token
}

// layer reads a layer. t is the first token of the layer, already read.
func (r parser) layer(t json.Token) (l Layer, err error) {
	if name, ok := t.(string); ok {
		return Layer{Kind: name}, nil
	}
	err = r.object(t, func(kind string) error {
		if l.Kind != "" {
			return fmt.Errorf("one layer has the names %.70q and %.70q, want one name", l.Kind, kind)
		}
		l.Kind = kind
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['):
			return r.setting(&l, layersKey, t)
		case json.Delim('{'):
			return r.object(t, func(key string) error {
				t, err := r.dec.Token()
				if err != nil {
					return err
				}
				return r.setting(&l, key, t)
			})
		}
		return l.setValue(sizeKey, t)
	})
	return l, err
}

// setting reads one setting of l: a single value, a list of numbers, or a list of layers. t is the
// first token of the value, already read.
func (r parser) setting(l *Layer, key string, t json.Token) error {
	if t != json.Delim('[') {
		return l.setValue(key, t)
	}
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("layers inside layers, more than %d deep, want %d at most", maxDepth, maxDepth)
	}
	var numbers []float64
	var layers Layers
	err := r.elements(func(t json.Token) error {
		if x, ok := t.(float64); ok && layers == nil {
			numbers = append(numbers, x)
			return nil
		}
		inner, err := r.layer(t)
		layers = append(layers, inner)
		return err
	})
	switch {
	case err != nil:
		return err
	case len(numbers) > 0 && len(layers) > 0:
		return fmt.Errorf("%.70q: %.70q is a list of numbers and layers, want one or the other", l.Kind, key)
	case len(numbers) > 0:
		return l.setValue(key, numbers)
	}
	return l.setValue(key, layers)
}

// setValue sets one setting of l: Size if key is "size", otherwise an element of Settings.
func (l *Layer) setValue(key string, value any) error {
	if key == sizeKey {
		size, ok := value.(float64)
		if !ok {
			return fmt.Errorf("%.70q has the size %.70q, want a number", l.Kind, fmt.Sprint(value))
		}
		l.Size = size
		return nil
	}
	if numbers, ok := value.([]float64); ok && key == layersKey {
		return fmt.Errorf("%.70q has the inner layers %v, want layers, as [{linear: 64}, tanh]", l.Kind, numbers)
	}
	if err := checkValue(value); err != nil {
		return fmt.Errorf("%.70q: %.70q is %w", l.Kind, key, err)
	}
	l.set(key, value)
	return nil
}

// set sets an element of Settings.
func (l *Layer) set(key string, value any) {
	if l.Settings == nil {
		l.Settings = map[string]any{}
	}
	l.Settings[key] = value
}

// object reads an object. t is the object's first token, already read; if t is nil, the first
// token is read too. After each key it calls the function each, which reads the value.
func (r parser) object(t json.Token, each func(key string) error) error {
	if t == nil {
		var err error
		if t, err = r.dec.Token(); err != nil {
			return err
		}
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%.70q, want an object", fmt.Sprint(t))
	}
	seen := map[string]bool{}
	for r.dec.More() {
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if seen[key] {
			return fmt.Errorf("the key %.70q is there a second time, want each key once", key)
		}
		seen[key] = true
		if err := each(key); err != nil {
			return err
		}
	}
	_, err := r.dec.Token()
	return err
}

// list reads a list. For each element it calls the function each with the first token of the
// element.
func (r parser) list(each func(t json.Token) error) error {
	t, err := r.dec.Token()
	if err == nil && t != json.Delim('[') {
		err = fmt.Errorf("%.70q, want a list", fmt.Sprint(t))
	}
	if err != nil {
		return err
	}
	return r.elements(each)
}

// elements reads the elements and the end of a list, whose first token is already read.
func (r parser) elements(each func(t json.Token) error) (err error) {
	for err == nil && r.dec.More() {
		var t json.Token
		if t, err = r.dec.Token(); err == nil {
			err = each(t)
		}
	}
	if err == nil {
		_, err = r.dec.Token()
	}
	return err
}
