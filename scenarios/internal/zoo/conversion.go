package zoo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/scenario"
)

// A conversion converts an entry to a scenario.
type conversion struct {
	*document
	target
	given   value    // the entry
	source  string   // text of the zoo's file
	agent   string   // name of the algorithm
	keys    []string // keys of the agent's settings in rlrun, in the order of config.yaml
	options []string // options of the environment in rlrun
	limit   int      // time limit of the environment with the wrappers so far [steps]; 0 for none
	images  bool     // observations of the environment are images, or have some

	env      value          // dict of the scenario's environment: id, options, wrappers, n_envs
	settings value          // dict of the agent's settings in the scenario
	steps    value          // steps of training
	lines    map[string]int // line in the zoo's file of each key of the scenario, such as agent.gamma

	bufferClass  string // name of the class in replay_buffer_class; "" without one
	bufferKwargs value  // arguments of this class

	notCarried, differs []Note
}

// newConversion returns a conversion in which the environment is set.
func newConversion(d *document, r Request, t target, catalog scenario.Catalog) (*conversion, error) {
	c := &conversion{
		document: d, target: t, source: string(r.Text), agent: r.Agent,
		env: value{kind: dict}, settings: value{kind: dict}, lines: map[string]int{},
	}
	if all := Agents(catalog); !slices.Contains(all, r.Agent) {
		return nil, fmt.Errorf("no agent %q that both the zoo and rlrun have; want one of %s", r.Agent, strings.Join(all, ", "))
	}
	if err := c.readKeys(catalog); err != nil {
		return nil, err
	}
	c.env.set("id", textOf(t.id))
	if t.option != "" {
		if !slices.Contains(c.options, t.option) {
			return nil, fmt.Errorf("no environment %q: %s of rlrun has no option %s", r.Env, t.id, t.option)
		}
		c.setOption(t.option, booleanOf(true))
	}
	if t.wrapper != "" {
		c.wrap(entryOf(t.wrapper, booleanOf(true)))
	}
	if t.other {
		c.noteDiffers("env", textOf(t.id), "the entry %s is for another version, which may have other observations or rewards", t.entry)
	}
	return c, nil
}

// readKeys sets c.keys, c.options, c.limit and c.images from the default scenario of the agent.
func (c *conversion) readKeys(catalog scenario.Catalog) error {
	text, err := catalog.Defaults(c.id, c.agent)
	if err != nil {
		return err
	}
	s, err := scenario.Parse("defaults.yaml", text, nil, catalog)
	if err != nil {
		return err
	}
	if text, err = s.Encode(); err != nil {
		return err
	}
	tree, err := settings.Parse("defaults.yaml", text)
	if err != nil {
		return err
	}
	agent, _ := tree.Root().At("agent")
	environment, _ := tree.Root().At("env")
	options, _ := environment.At("options")
	c.keys, c.options, c.limit = agent.Keys(), options.Keys(), s.Spec.MaxSteps
	layout, err := env.LayoutOf(s.Spec.Obs)
	c.images = slices.ContainsFunc(layout.Parts, func(p env.Part) bool { return p.Kind == env.Pixels })
	return err
}

// convert converts all keys of an entry.
func (c *conversion) convert(entry value) error {
	c.given = entry
	for i, key := range entry.keys {
		if err := c.convertKey(key, entry.items[i]); err != nil {
			return err
		}
	}
	if c.steps.kind != number {
		return c.fault(entry.line, "%s has no n_timesteps, want the number of steps to train", c.target.entry)
	}
	if _, ok := entry.at("policy"); !ok {
		return c.fault(entry.line, "%s has no policy, want policy: MlpPolicy or MultiInputPolicy", c.target.entry)
	}
	c.convertReplay(entry)
	if err := c.convertWrappers(entry); err != nil {
		return err
	}
	return c.convertNoise(entry)
}

// convertKey converts one key of an entry.
func (c *conversion) convertKey(key string, v value) error {
	own, known := c.ownKeys()[key]
	reason, other := unsupported(c.agent)[key]
	switch {
	case known:
		return own(key, v)
	case v.kind == null && slices.Contains(strings.Fields(nullable), key):
		return nil
	case slices.Contains(arguments(c.agent), key):
		return c.carry(key, v)
	case other && v.String() == reason.usual:
		return nil
	case other:
		c.noteNotCarried(key, v, "%s", reason.why)
		return nil
	}
	return c.fault(v.line, "%s: unknown key, for rl_zoo3 and for Stable-Baselines3's %s%s", key, strings.ToUpper(c.agent), nearest.Hint(key, slices.Values(c.allKeys())))
}

// allKeys returns all keys of the zoo's entries for the agent.
func (c *conversion) allKeys() []string {
	all := slices.Clone(arguments(c.agent))
	for key := range c.ownKeys() {
		all = append(all, key)
	}
	for key := range unsupported(c.agent) {
		all = append(all, key)
	}
	return all
}

// setAgent sets a setting of the agent.
func (c *conversion) setAgent(key string, v value) {
	c.settings.set(key, v)
	c.lines["agent."+key] = v.line
}

// setOption sets an option of the environment.
func (c *conversion) setOption(key string, v value) {
	options, _ := c.env.at("options")
	options.kind = dict
	options.set(key, v)
	c.env.set("options", options)
	c.lines["env.options."+key] = v.line
}

// wrap adds a wrapper around the wrappers before it.
func (c *conversion) wrap(wrapper value) {
	wrappers, _ := c.env.at("wrappers")
	c.lines[fmt.Sprintf("env.wrappers[%d]", len(wrappers.items))] = wrapper.line
	c.env.set("wrappers", listOf(append(wrappers.items, wrapper)...))
}

// noteNotCarried adds a note that a setting is not carried over.
func (c *conversion) noteNotCarried(key string, v value, why string, args ...any) {
	c.notCarried = append(c.notCarried, Note{key, short(v), fmt.Sprintf(why, args...)})
}

// noteDiffers adds a note that a setting has another meaning in rlrun.
func (c *conversion) noteDiffers(key string, v value, why string, args ...any) {
	c.differs = append(c.differs, Note{key, short(v), fmt.Sprintf(why, args...)})
}

// maxValueLength is the largest length of a value in a note, in characters.
const maxValueLength = 200

// short returns v in YAML's flow syntax, shortened to maxValueLength.
func short(v value) string {
	s := []rune(v.String())
	if len(s) > maxValueLength {
		return string(s[:maxValueLength]) + "…"
	}
	return string(s)
}

// literal returns v. If v is a text, it parses the text as a Python literal.
func (c *conversion) literal(key string, v value) (value, error) {
	if v.kind != text {
		return v, nil
	}
	parsed, err := parseLiteral(v.text, classNames())
	if fault, ok := err.(*literalFault); ok {
		return value{}, c.fault(c.lineOf(v, fault), "%s: %v", key, fault)
	}
	parsed.setLine(v.line)
	return parsed, err
}

// mapping returns a value as a dict: a mapping of the file, or a dict in a Python literal. null is an
// empty dict. The error for other values ends with the hint.
func (c *conversion) mapping(key string, v value, hint string) (value, error) {
	v, err := c.literal(key, v)
	if err == nil && v.kind != null && v.kind != dict {
		err = c.fault(v.line, "%s: %s, want a mapping%s", key, short(v), hint)
	}
	return v, err
}

// setLine sets the line of v and of all values in it.
func (v *value) setLine(line int) {
	v.line = line
	for i := range v.items {
		v.items[i].setLine(line)
	}
}

// lineOf returns the line of a fault in a literal. YAML joins the lines of a text, so lineOf counts
// how often the offending word occurs before the fault in the text. The same number of
// occurrences comes before the fault in the file.
func (c *conversion) lineOf(v value, fault *literalFault) int {
	if fault.word == "" {
		return v.line
	}
	before := strings.Count(v.text[:fault.at], fault.word)
	for i, line := range strings.Split(c.source, "\n") {
		if i+1 < v.line {
			continue
		}
		if before -= strings.Count(line, fault.word); before < 0 {
			return i + 1
		}
	}
	return v.line
}
