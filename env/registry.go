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

// Options writes an environment's options to the struct *into. The decoder of a scenario file
// provides it. A nil Options keeps the default options.
type Options func(into any) error

// A Constructor makes one environment with the given options.
type Constructor func(Options) (Env, error)

// Entry returns the Constructor of an environment whose options are its exported fields with a
// yaml tag. The environment from newEnv has the default options. If the environment has a method
// Validate() error, Entry calls it after the options are set and returns its error.
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

// A Registry maps ids to the Constructors of environments. Packages of environments add theirs,
// for example classic.Register(r); a program adds its own.
type Registry map[string]Constructor

// An ID is an environment's id in its parts: [Namespace/]Name-vVersion.
type ID struct {
	Namespace, Name string
	Version         int // -1 if the id has no version, which means the newest
}

// idPattern matches an id as in Gymnasium (gymnasium/envs/registration.py).
var idPattern = regexp.MustCompile(`^(?:([\w:-]+)/)?([\w:.-]+?)(?:-v(\d{1,9}))?$`)

// ParseID parses an id. The version may be missing.
func ParseID(s string) (ID, error) {
	m := idPattern.FindStringSubmatch(s)
	if m == nil {
		return ID{}, fmt.Errorf("env: %q is not an environment's id, want [namespace/]Name-vN", s)
	}
	id := ID{m[1], m[2], -1}
	if m[3] != "" {
		id.Version, _ = strconv.Atoi(m[3]) // at most nine digits, so Atoi cannot fail
	}
	return id, nil
}

// IDs returns the registered ids in alphabetical order.
func (r Registry) IDs() []string { return slices.Sorted(maps.Keys(r)) }

// Resolve returns the registered id for name: name itself if it is registered, or its newest
// version if name has no version. If there is no such id, the error names the registered versions
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

// versions returns the registered ids with the namespace and the name of want, in any version,
// the oldest first.
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

// Make returns a new environment with the given name and options. The name may have no version:
// see Resolve.
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
			err = closeOnError(err, e)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("env: %s: %w", id, err)
	}
	return e, nil
}

// Factory returns the Factory of the environment called name. It makes the first environment
// immediately, so a wrong name or a wrong option is an error here, before the Factory is called.
// If the environment is a Copier, all environments are copies that share the data that never
// changes.
func (r Registry) Factory(name string, set Options) (Factory, error) {
	first, err := r.Make(name, set)
	if err != nil {
		return nil, err
	}
	if _, ok := copyOf(first); !ok {
		return Factory(func() (Env, error) { return r.Make(name, set) }).startingWith(first), nil
	}
	return func() (Env, error) {
		e, _ := copyOf(first)
		return e, nil
	}, nil
}

// Maker returns a Maker. It makes Vecs of the environment called name: see Factory.
func (r Registry) Maker(name string, set Options) (Maker, error) {
	f, err := r.Factory(name, set)
	if err != nil {
		return nil, err
	}
	return f.Maker(), nil
}

// ParallelMaker returns a Maker. It makes Parallels of the environment called name: see Factory.
// Each Parallel uses the given number of goroutines.
func (r Registry) ParallelMaker(name string, set Options, workers int) (Maker, error) {
	f, err := r.Factory(name, set)
	if err != nil {
		return nil, err
	}
	return f.ParallelMaker(workers), nil
}
