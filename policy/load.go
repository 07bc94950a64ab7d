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

// Load sets the tensors of p, a policy that is not trained yet, to the tensors of a file that
// Save wrote. The file's policy must have the same type, networks, actions, normaliser and
// exploration noise as p. The bounds of observations, the environment and the agent may be
// different. After an error p is unchanged.
func Load(r io.Reader, p Policy) error {
	c, err := readHeader(r)
	if err == nil {
		err = c.checkVersion()
	}
	if err == nil {
		err = c.checkSame(p)
	}
	if err == nil {
		err = c.fill(p)
	}
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// LoadEarlier sets the tensors of p to the tensors of a file of version 1, which must have the
// same names and shapes. A file of version 1 has no description of its policy, so p must be made
// from the settings of the file's run. After an error p is unchanged.
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

// fill reads the tensors of the file into p. After an error p is unchanged.
func (c *contents) fill(p Policy) error {
	params, size := p.Tensors(), uint64(0)
	for _, param := range params {
		size += 4 * uint64(len(param.Value))
	}
	if err := c.readTensors(size); err != nil {
		return err
	}
	return c.setParams(params)
}

// checkSame returns an error if the file's policy and p differ in anything except the values of
// the tensors: in their type, spaces, memory or networks.
func (c *contents) checkSame(p Policy) error {
	if got, want := c.info["policy"], typeName(p); got != want {
		return fmt.Errorf("its policy is of the type %.100q, want %s", got, want)
	}
	spec, err := c.readSpec()
	if err != nil {
		return err
	}
	s := p.Spec()
	if err := checkSpaces(spec, env.Spec{Obs: s.Obs, Act: s.Act}); err != nil {
		return err
	}
	if got, want := c.info["memory"], strconv.Itoa(s.Memory); got != want {
		return fmt.Errorf("its memory has %.20q floats, want %s", got, want)
	}
	d := designOf(p)
	if d == nil {
		return nil
	}
	read, err := c.readDesign()
	if err != nil {
		return err
	}
	return read.checkSame(d)
}

// Check returns an error if a policy with spec s cannot act in an environment with spec e. The
// bounds of observations may differ.
func (s Spec) Check(e env.Spec) error {
	if err := checkSpaces(env.Spec{Obs: s.Obs, Act: s.Act}, e); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// checkSpaces returns an error if the observations of got and want have different layouts, or if
// the action spaces differ in more than names.
func checkSpaces(got, want env.Spec) error {
	if !sameLayout(got.Obs, want.Obs) {
		return fmt.Errorf("its observations are %v, want %v", env.Outline(got.Obs), env.Outline(want.Obs))
	}
	return checkActions(got.Act, want.Act)
}

// sameLayout reports whether a network gets the same input rows from observations of both spaces.
// Bounds and names may differ, because they are not in the input rows.
func sameLayout(a, b env.Space) bool {
	x, err := env.LayoutOf(a)
	y, err2 := env.LayoutOf(b)
	return cmp.Or(err, err2) == nil && slices.EqualFunc(x.Parts, y.Parts, func(p, q env.Part) bool {
		return p.Kind == q.Kind && p.From == q.From && p.To == q.To && slices.Equal(p.N, q.N) && slices.Equal(p.Shape, q.Shape)
	})
}

// checkActions returns an error if the spaces differ in more than names.
func checkActions(got, want env.Space) error {
	a, b := env.Outline(got), env.Outline(want)
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	if err := cmp.Or(err, err2); err != nil || bytes.Equal(x, y) {
		return err
	}
	if a.String() == b.String() {
		return fmt.Errorf("its actions are %v with other bounds, want the same bounds", a)
	}
	return fmt.Errorf("its actions are %v, want %v", a, b)
}

// checkSame returns an error if policies with the designs d and want could choose different
// actions with equal tensors.
func (d *design) checkSame(want *design) error {
	for _, name := range slices.Sorted(maps.Keys(want.plans)) {
		p, ok := d.plans[name]
		switch q := want.plans[name]; {
		case !ok:
			return fmt.Errorf("it has no network %s, want one", name)
		case p.Same(q):
		case layersText(p) == layersText(q):
			return fmt.Errorf("its network %s has layers with other settings than this policy's: %s", name, layersText(p))
		default:
			return fmt.Errorf("its network %s is %s, want %s", name, layersText(p), layersText(q))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.plans)) {
		if _, ok := want.plans[name]; !ok {
			return fmt.Errorf("it has a network %.100q, which this policy does not have", name)
		}
	}
	a, b := map[string]string{}, map[string]string{}
	if err := cmp.Or(d.writeTo(a), want.writeTo(b)); err != nil {
		return err
	}
	keys := append([]string{"norm_obs"}, slices.Sorted(maps.Keys(b))...) // norm_obs first: without a normaliser, clip_obs does not exist
	for _, key := range keys {
		if key != "networks" && a[key] != b[key] {
			return fmt.Errorf("its %s is %.200s, want %s", key, cmp.Or(a[key], "missing"), b[key])
		}
	}
	return nil
}

// layersText returns the layers of a plan for an error message, like "linear 64, tanh, linear 2".
func layersText(p nn.Plan) string {
	const maxLayers = 40
	var text []string
	for i, l := range p.Layers {
		if i == maxLayers {
			text = append(text, fmt.Sprintf("… and %d more", len(p.Layers)-maxLayers))
			break
		}
		if text = append(text, l.Kind); l.Size != 0 {
			text[i] += fmt.Sprintf(" %v", l.Size)
		}
	}
	return strings.Join(text, ", ")
}
