package zoo

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
)

// render returns the content of the scenario file. It begins with comments: the source, and a line
// for each note.
func (c *conversion) render() []byte {
	var b strings.Builder
	comment := func(format string, args ...any) {
		b.WriteString("# " + printable(fmt.Sprintf(format, args...)) + "\n")
	}
	comment("Made by rlrun import from the entry %s of rl-baselines3-zoo's %s.", scalar(c.target.entry), filepath.Base(c.document.file))
	for _, n := range c.notCarried {
		comment("Not carried over: %v.", n)
	}
	for _, n := range c.differs {
		comment("Differs: %v.", n)
	}
	return []byte(b.String() + c.settingsText(c.env, c.settings, c.steps))
}

// settingsText returns the settings as YAML, with the agent's settings in the order of a run's
// config.yaml.
func (c *conversion) settingsText(environment, agent, steps value) string {
	var b strings.Builder
	inOrder := value{kind: dict}
	for _, key := range []string{"id", "options", "wrappers", "n_envs"} {
		if v, ok := environment.at(key); ok {
			inOrder.set(key, v)
		}
	}
	fmt.Fprintf(&b, "env: %v\nagent:\n  name: %s\n", inOrder, c.agent)
	for _, key := range c.keys {
		if v, ok := agent.at(key); ok {
			fmt.Fprintf(&b, "  %s: %v\n", key, v)
		}
	}
	fmt.Fprintf(&b, "steps: %v\n", steps)
	return b.String()
}

// printable replaces the invisible characters of s and the characters that end a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
