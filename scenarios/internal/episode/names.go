package episode

import (
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// ElementName returns a name for number k of a part of an action space: the element's own name, or
// the part's name, or "action", "choice" or "bit". In a part of several numbers it ends with
// "1 of 3".
func ElementName(p *env.Part, k int) string {
	if name := p.Element(k); name != "" {
		return name
	}
	what := map[env.Kind]string{env.Choice: "choice", env.Bits: "bit"}[p.Kind]
	if what == "" || p.Size() == 1 {
		what = "action"
	}
	switch {
	case p.Name != "" && strings.ContainsAny(p.Name[:1], "0123456789"): // of a Tuple
		what += " " + p.Name
	case p.Name != "":
		what = p.Name
	}
	if p.Size() > 1 {
		what += fmt.Sprintf(" %d of %d", k+1, p.Size())
	}
	return what
}
