package episode

import (
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// ElementName returns a name for element k of a part of an action space: the element's own name, the
// part's name, or "action", "choice" or "bit". If the part has several elements, the name ends
// for example with "1 of 3".
func ElementName(p *env.Part, k int) string {
	if name := p.Element(k); name != "" {
		return name
	}
	name := map[env.Kind]string{env.Choice: "choice", env.Bits: "bit"}[p.Kind]
	if name == "" || p.Size() == 1 {
		name = "action"
	}
	switch {
	case p.Name != "" && strings.ContainsAny(p.Name[:1], "0123456789"): // index in a Tuple
		name += " " + p.Name
	case p.Name != "":
		name = p.Name
	}
	if p.Size() > 1 {
		name += fmt.Sprintf(" %d of %d", k+1, p.Size())
	}
	return name
}
