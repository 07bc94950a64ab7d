// Command release builds the archives of a release, one archive for each system, and SHA256SUMS.
//
//	go run -C tools ./release v1.2.3                            all systems, into dist/ of the repository
//	go run -C tools ./release -o /tmp/new v1.2.3 linux/arm64    some systems, into another directory
//
// It puts the checked-out commit, as the given version of the module, into a module proxy on
// disk. It then builds each program with
//
//	CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" github.com/rlrun/rlrun/cmd/rlrun@v1.2.3
//
// So a release shows that go install works. Anybody can repeat the build: the same commit,
// version and Go give the same bytes.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// systems lists the systems that have a release.
var systems = []system{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"},
}

// A system is an operating system and a processor, with the names of GOOS and GOARCH.
type system struct{ os, arch string }

func (s system) String() string { return s.os + "/" + s.arch }

// program returns the file name of the program.
func (s system) program() string {
	if s.os == "windows" {
		return "rlrun.exe"
	}
	return "rlrun"
}

// archive returns the file name of the archive.
func (s system) archive(version string) string {
	name := fmt.Sprintf("rlrun_%s_%s_%s", version, s.os, s.arch)
	if s.os == "windows" {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

func main() {
	err := release(os.Args[1:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "release:", err)
	if errors.As(err, new(badInput)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// badInput is an error in the command's arguments.
type badInput struct{ error }

// release builds the archives that the arguments select.
func release(args []string) error {
	out, version, chosen, err := parse(args)
	if err != nil {
		return badInput{err}
	}
	b, err := newBuilder(version)
	if err != nil {
		return err
	}
	defer b.close()
	if out == "" {
		out = filepath.Join(b.root, "dist")
	}
	if _, err := os.Lstat(filepath.Join(out, "SHA256SUMS")); err == nil {
		return badInput{fmt.Errorf("%s has a release already, and nothing is overwritten; want a new folder", out)}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, s := range chosen {
		files, err := b.build(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		packed, err := pack(s, files)
		if err != nil {
			return err
		}
		name := s.archive(version)
		if err := create(filepath.Join(out, name), packed); err != nil {
			return err
		}
		fmt.Printf("%s  %.1f MB\n", filepath.Join(out, name), float64(len(packed))/1e6)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(packed), name)
	}
	return create(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()))
}

// parse reads the arguments: the output directory, the version and the systems. The directory is
// "" without -o.
func parse(args []string) (out, version string, chosen []system, err error) {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(new(strings.Builder))
	flags.StringVar(&out, "o", "", "")
	if err := flags.Parse(args); err != nil {
		return "", "", nil, err
	}
	if flags.NArg() == 0 {
		return "", "", nil, errors.New("want [-o DIR] VERSION [OS/ARCH...]")
	}
	version = flags.Arg(0)
	if err := checkVersion(version); err != nil {
		return "", "", nil, err
	}
	for _, arg := range flags.Args()[1:] {
		i := slices.IndexFunc(systems, func(s system) bool { return s.String() == arg })
		if i < 0 {
			return "", "", nil, fmt.Errorf("%s: want one of %v", arg, systems)
		}
		chosen = append(chosen, systems[i])
	}
	if len(chosen) == 0 {
		chosen = systems
	}
	return out, version, chosen, nil
}

// create writes a new file. It is an error if the file exists.
func create(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already, and nothing is overwritten", name)
	} else if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
