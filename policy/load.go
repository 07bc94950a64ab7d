package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
)

// Load fills p, which has not learned yet, with the numbers of a file that Save wrote. The
// file's policy must be like p in all that its actions depend on: its type, networks,
// actions, normaliser, exploration. The bounds of observations may differ, and so may the
// environment and the agent. After an error p is unchanged.
func Load(r io.Reader, p Policy) error {
	c, err := readHeader(r)
	if err == nil {
		err = c.checkVersion()
	}
	if err == nil {
		err = c.same(p)
	}
	if err == nil {
		err = c.fill(p)
	}
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// LoadEarlier fills p with the tensors of a file of version 1, name by name and shape by
// shape. What else p is must come from where the file was made, for such a file does not
// say it. After an error p is unchanged.
func LoadEarlier(r io.Reader, p Policy) error {
	c, err := readHeader(r)
	if err == nil && c.info["version"] != earlierVersion {
		err = fmt.Errorf("its version is %.20q, want %s", c.info["version"], earlierVersion)
	}
	if err == nil {
		err = c.fill(p)
	}
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// fill reads the tensors of p from the file. After an error p is unchanged.
func (c *contents) fill(p Policy) error {
	params, size := p.Tensors(), uint64(0)
	for _, param := range params {
		size += 4 * uint64(len(param.Value))
	}
	if err := c.readTensors(size); err != nil {
		return err
	}
	return c.set(params)
}

// same returns an error if the file's policy is not like p, but for its numbers.
func (c *contents) same(p Policy) error {
	if got, want := c.info["policy"], typeName(p); got != want {
		return fmt.Errorf("its policy is of the type %.100q, want %s", got, want)
	}
	spec, err := c.spec()
	if err != nil {
		return err
	}
	s := p.Spec()
	if err := sameSpaces(spec, env.Spec{Obs: s.Obs, Act: s.Act}); err != nil {
		return err
	}
	if got, want := c.info["memory"], strconv.Itoa(s.Memory); got != want {
		return fmt.Errorf("its memory is of %.20q floats, want %s", got, want)
	}
	d := designOf(p)
	if d == nil {
		return nil
	}
	read, err := c.design()
	if err != nil {
		return err
	}
	return read.same(d)
}

// Check returns an error unless policies of s can act in environments of e. The bounds of
// observations may differ.
func (s Spec) Check(e env.Spec) error {
	if err := sameSpaces(env.Spec{Obs: s.Obs, Act: s.Act}, e); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// sameSpaces returns an error unless networks see rows of both alike, and the actions are
// the same.
func sameSpaces(got, want env.Spec) error {
	if !sameLayout(got.Obs, want.Obs) {
		return fmt.Errorf("its observations are %v, want %v", env.Outline(got.Obs), env.Outline(want.Obs))
	}
	return sameActions(got.Act, want.Act)
}

// sameLayout reports whether networks see rows of both spaces alike. Bounds and names are
// not for networks.
func sameLayout(a, b env.Space) bool {
	x, err := env.LayoutOf(a)
	y, err2 := env.LayoutOf(b)
	return cmp.Or(err, err2) == nil && slices.EqualFunc(x.Parts, y.Parts, func(p, q env.Part) bool {
		return p.Kind == q.Kind && p.From == q.From && p.To == q.To && slices.Equal(p.N, q.N) && slices.Equal(p.Shape, q.Shape)
	})
}

// sameActions returns an error unless both spaces are one, but for names.
func sameActions(got, want env.Space) error {
	a, b := env.Outline(got), env.Outline(want)
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	if err := cmp.Or(err, err2); err != nil || bytes.Equal(x, y) {
		return err
	}
	if a.String() == b.String() {
		return fmt.Errorf("its actions are %v with other bounds, want the same", a)
	}
	return fmt.Errorf("its actions are %v, want %v", a, b)
}

// same returns an error if policies of the designs d and want do not act alike.
func (d *design) same(want *design) error {
	for _, name := range slices.Sorted(maps.Keys(want.plans)) {
		p, ok := d.plans[name]
		switch q := want.plans[name]; {
		case !ok:
			return fmt.Errorf("it has no network %s, want one", name)
		case p.Same(q):
		case layersOf(p) == layersOf(q):
			return fmt.Errorf("its network %s has layers with other settings: %s", name, layersOf(p))
		default:
			return fmt.Errorf("its network %s is %s, want %s", name, layersOf(p), layersOf(q))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.plans)) {
		if _, ok := want.plans[name]; !ok {
			return fmt.Errorf("it has a network %.100q, want none", name)
		}
	}
	a, b := map[string]string{}, map[string]string{}
	if err := cmp.Or(d.write(a), want.write(b)); err != nil {
		return err
	}
	keys := append([]string{"norm_obs"}, slices.Sorted(maps.Keys(b))...) // before clip_obs, which is a normaliser's
	for _, key := range keys {
		if key != "networks" && a[key] != b[key] {
			return fmt.Errorf("its %s is %.200s, want %s", key, cmp.Or(a[key], "not there"), b[key])
		}
	}
	return nil
}

// layersOf returns the layers of a plan for a message: linear 64, tanh, linear 2.
func layersOf(p nn.Plan) string {
	const most = 40
	var text []string
	for i, l := range p.Layers {
		if i == most {
			text = append(text, fmt.Sprintf("… and %d more", len(p.Layers)-most))
			break
		}
		if text = append(text, l.Kind); l.Size != 0 {
			text[i] += fmt.Sprintf(" %v", l.Size)
		}
	}
	return strings.Join(text, ", ")
}
