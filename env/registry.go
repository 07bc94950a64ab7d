package env

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/internal/nearest"
)

// Options sets an environment's options, into a pointer to the struct that has
// them. What decodes a file provides it; nil sets none.
type Options func(into any) error

// A Constructor makes one environment with the given options.
type Constructor func(Options) (Env, error)

// Entry is the Constructor of an environment whose options are its own exported
// fields with a yaml tag, with the defaults that newEnv gives them. Where the
// environment has a method Validate() error, that has the last word on them.
func Entry[E Env](newEnv func() E) Constructor {
	return func(set Options) (Env, error) {
		e := newEnv()
		if set != nil {
			if err := set(e); err != nil {
				return nil, err
			}
		}
		if v, ok := any(e).(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return nil, err
			}
		}
		return e, nil
	}
}

// A Registry finds environments by id. It is filled by the packages that have
// them, classic.Register(r), and by anyone with some of their own.
type Registry map[string]Constructor

// An ID is a registered name in its parts: [Namespace/]Name-vVersion.
type ID struct {
	Namespace, Name string
	Version         int // -1 where none is given: the newest is meant
}

// idForm is Gymnasium's form of an id (gymnasium/envs/registration.py).
var idForm = regexp.MustCompile(`^(?:([\w:-]+)/)?([\w:.-]+?)(?:-v(\d{1,9}))?$`)

// ParseID reads an id, whose version may be left out.
func ParseID(s string) (ID, error) {
	m := idForm.FindStringSubmatch(s)
	if m == nil {
		return ID{}, fmt.Errorf("env: %q is not an environment's id, want [namespace/]Name-vN", s)
	}
	id := ID{m[1], m[2], -1}
	if m[3] != "" {
		id.Version, _ = strconv.Atoi(m[3]) // nine digits at most
	}
	return id, nil
}

// IDs returns the registered ids in order of the alphabet.
func (r Registry) IDs() []string { return slices.Sorted(maps.Keys(r)) }

// Resolve returns the registered id that name means: itself, or the newest
// version where it has none. The error of a miss names the versions there are,
// or the nearest id.
func (r Registry) Resolve(name string) (string, error) {
	if _, ok := r[name]; ok {
		return name, nil
	}
	want, err := ParseID(name)
	if err != nil {
		return "", err
	}
	versions := r.versions(want)
	switch {
	case len(versions) > 0 && want.Version < 0:
		return versions[len(versions)-1], nil
	case len(versions) > 0:
		return "", fmt.Errorf("env: no version %d of %s; there is %s", want.Version, want.Name, strings.Join(versions, ", "))
	}
	return "", fmt.Errorf("env: no environment %q%s", name, nearest.Hint(name, maps.Keys(r)))
}

// versions returns the registered ids that differ from want in the version
// alone, oldest first.
func (r Registry) versions(want ID) []string {
	number := map[string]int{}
	for name := range r {
		id, err := ParseID(name)
		if err == nil && id.Namespace == want.Namespace && id.Name == want.Name {
			number[name] = id.Version
		}
	}
	return slices.SortedFunc(maps.Keys(number), func(a, b string) int {
		return cmp.Or(cmp.Compare(number[a], number[b]), cmp.Compare(a, b))
	})
}

// Make returns one environment.
func (r Registry) Make(name string, set Options) (e Env, err error) {
	id, err := r.Resolve(name)
	if err != nil {
		return nil, err
	}
	if r[id] == nil {
		return nil, fmt.Errorf("env: %s: its Constructor is nil", id)
	}
	defer catch("env: "+id, &err)
	if e, err = r[id](set); err == nil {
		if _, err = specOf(e); err != nil {
			err = givenUp(err, e)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("env: %s: %w", id, err)
	}
	return e, nil
}

// Factory returns the Factory of the environment called name. That the name and
// the options are good it knows before the Factory is called: it makes the first
// environment at once. The environments share what never changes, if they are Copiers.
func (r Registry) Factory(name string, set Options) (Factory, error) {
	first, err := r.Make(name, set)
	if err != nil {
		return nil, err
	}
	if _, ok := copyOf(first); !ok {
		return Factory(func() (Env, error) { return r.Make(name, set) }).after(first), nil
	}
	return func() (Env, error) {
		e, _ := copyOf(first)
		return e, nil
	}, nil
}

// Maker returns the Maker of the environment called name: see Factory.
func (r Registry) Maker(name string, set Options) (Maker, error) {
	f, err := r.Factory(name, set)
	if err != nil {
		return nil, err
	}
	return f.Maker(), nil
}

// ParallelMaker is Maker on several goroutines: see Parallel.
func (r Registry) ParallelMaker(name string, set Options, workers int) (Maker, error) {
	f, err := r.Factory(name, set)
	if err != nil {
		return nil, err
	}
	return f.ParallelMaker(workers), nil
}
