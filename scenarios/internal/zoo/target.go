package zoo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/scenario"
)

// A target is an entry and the environment to train in.
type target struct {
	entry string // its name in the file
	place
}

// A place is the environment of rlrun that an id of the zoo means.
type place struct {
	id      string // in rlrun
	other   bool   // the zoo's id has another version
	option  string // option that is true; "" for none
	wrapper string // wrapper around it; "" for none
}

// aliases returns names that mean another environment with an option, in Gymnasium, or with a
// wrapper, in rl_zoo3/import_envs.py. They are without versions.
func aliases() map[string]place {
	const hidden = "mask_velocity"
	return map[string]place{
		"LunarLanderContinuous": {id: "LunarLander", option: "continuous"},
		"BipedalWalkerHardcore": {id: "BipedalWalker", option: "hardcore"},

		"CartPoleNoVel":              {id: "CartPole", wrapper: hidden},
		"MountainCarNoVel":           {id: "MountainCar", wrapper: hidden},
		"MountainCarContinuousNoVel": {id: "MountainCarContinuous", wrapper: hidden},
		"PendulumNoVel":              {id: "Pendulum", wrapper: hidden},
		"LunarLanderNoVel":           {id: "LunarLander", wrapper: hidden},
		"LunarLanderContinuousNoVel": {id: "LunarLander", option: "continuous", wrapper: hidden},
	}
}

// target finds the entry for an environment: the entry with its id, the entry of another
// version, or, as in rl_zoo3, the entry atari or default.
func (d *document) target(name string, catalog scenario.Catalog) (target, error) {
	names := d.names()
	own, err := find(name, slices.Contains(names, name), catalog)
	if err != nil {
		return target{}, err
	}
	if slices.Contains(names, name) {
		return target{name, own}, nil
	}
	best := ""
	for _, key := range names {
		if p, err := find(key, true, catalog); err == nil && same(p, own) && (best == "" || version(key) > version(best)) {
			best, own.other = key, p.other
		}
	}
	switch {
	case best != "":
		return target{best, own}, nil
	case isAtari(name) && slices.Contains(names, "atari"):
		return target{"atari", own}, nil
	case slices.Contains(names, "default"):
		return target{"default", own}, nil
	}
	return target{}, fmt.Errorf("%s has no entry %q, and no default one%s", d.file, name, nearest.Hint(name, slices.Values(names)))
}

// same reports whether two places are equal, the version of the zoo's id aside.
func same(a, b place) bool {
	a.other, b.other = false, false
	return a == b
}

// find returns the environment that an id means. If anyVersion is true and rlrun has only
// other versions of it, find returns the newest.
func find(name string, anyVersion bool, catalog scenario.Catalog) (place, error) {
	id, missing := catalog.EnvID(name)
	if missing == nil {
		return place{id: id}, nil
	}
	parsed, err := env.ParseID(name)
	if err != nil {
		return place{}, missing
	}
	p, ok := aliases()[parsed.Name]
	if !ok {
		p.id = parsed.Name
	}
	if parsed.Namespace != "" {
		p.id = parsed.Namespace + "/" + p.id
	}
	if exact := fmt.Sprintf("%s-v%d", p.id, parsed.Version); slices.Contains(catalog.Envs.IDs(), exact) {
		p.id = exact
		return p, nil
	}
	if id, err = catalog.EnvID(p.id); err != nil || !anyVersion && parsed.Version >= 0 {
		return place{}, missing
	}
	p.id, p.other = id, parsed.Version >= 0
	return p, nil
}

// version returns the version in an id, -1 if it has none.
func version(name string) int {
	id, err := env.ParseID(name)
	if err != nil {
		return -1
	}
	return id.Version
}

// isAtari reports whether an id is of an Atari game.
func isAtari(name string) bool {
	return strings.HasPrefix(name, "ALE/") || strings.Contains(name, "NoFrameskip-v")
}
