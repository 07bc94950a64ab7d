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
	entry string // name of the entry in the file
	trainEnv
}

// A trainEnv is the environment of rlrun that an id of the zoo means.
type trainEnv struct {
	id      string // id in rlrun
	other   bool   // the zoo's id has another version
	option  string // option to set to true; "" for no option
	wrapper string // wrapper of the environment; "" for no wrapper
}

// aliases returns ids, without versions, that mean another environment: with an option, in Gymnasium,
// or with a wrapper, in rl_zoo3/import_envs.py.
func aliases() map[string]trainEnv {
	const hidden = "mask_velocity"
	return map[string]trainEnv{
		"LunarLanderContinuous": {id: "LunarLander", option: "continuous"},
		"BipedalWalkerHardcore": {id: "BipedalWalker", option: "hardcore"},

		"MountainCarNoVel":           {id: "MountainCar", wrapper: hidden},
		"MountainCarContinuousNoVel": {id: "MountainCarContinuous", wrapper: hidden},
		"LunarLanderNoVel":           {id: "LunarLander", wrapper: hidden},
		"LunarLanderContinuousNoVel": {id: "LunarLander", option: "continuous", wrapper: hidden},
	}
}

// target returns the entry for an environment: the entry with its id, the entry of another version,
// or, as in rl_zoo3, the entry atari or default.
func (d *document) target(name string, catalog scenario.Catalog) (target, error) {
	names := d.names()
	own, err := findEnv(name, slices.Contains(names, name), catalog)
	if err != nil {
		return target{}, err
	}
	if slices.Contains(names, name) {
		return target{name, own}, nil
	}
	newest := "" // entry of the newest version
	for _, key := range names {
		if p, err := findEnv(key, true, catalog); err == nil && sameEnv(p, own) && (newest == "" || version(key) > version(newest)) {
			newest, own.other = key, p.other
		}
	}
	switch {
	case newest != "":
		return target{newest, own}, nil
	case isAtari(name) && slices.Contains(names, "atari"):
		return target{"atari", own}, nil
	case slices.Contains(names, "default"):
		return target{"default", own}, nil
	}
	return target{}, fmt.Errorf("%s has no entry %q, and no entry default%s", d.file, name, nearest.Hint(name, slices.Values(names)))
}

// sameEnv reports whether two environments are equal, apart from the version of the zoo's id.
func sameEnv(a, b trainEnv) bool {
	a.other, b.other = false, false
	return a == b
}

// findEnv returns the environment that an id means. If anyVersion is true and rlrun has only other
// versions of the environment, findEnv returns the newest.
func findEnv(name string, anyVersion bool, catalog scenario.Catalog) (trainEnv, error) {
	id, missing := catalog.EnvID(name)
	if missing == nil {
		return trainEnv{id: id}, nil
	}
	parsed, err := env.ParseID(name)
	if err != nil {
		return trainEnv{}, missing
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
		return trainEnv{}, missing
	}
	p.id, p.other = id, parsed.Version >= 0
	return p, nil
}

// version returns the version in an id, or -1 if the id has no version.
func version(name string) int {
	id, err := env.ParseID(name)
	if err != nil {
		return -1
	}
	return id.Version
}

// isAtari reports whether an id means an Atari game.
func isAtari(name string) bool {
	return strings.HasPrefix(name, "ALE/") || strings.Contains(name, "NoFrameskip-v")
}
