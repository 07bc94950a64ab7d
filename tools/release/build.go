package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	modzip "golang.org/x/mod/zip"
)

const (
	modulePath = "github.com/rlrun/rlrun"
	command    = modulePath + "/cmd/rlrun"
)

// checkVersion returns an error if v is not a valid version of the module.
func checkVersion(v string) error {
	if !semver.IsValid(v) || semver.Canonical(v) != v || semver.Compare(v, "v2.0.0-0") >= 0 {
		return fmt.Errorf("version %q, want one as v1.2.3 or v1.2.3-rc.1, below v2", v)
	}
	return nil
}

// A builder builds the programs of one version with go install.
type builder struct {
	version, root string // root is the root folder of the repository
	dir           string // directory for temporary files
	env           []string
}

// newBuilder returns a builder for the commit that is checked out. Its method close removes the
// temporary files.
func newBuilder(version string) (*builder, error) {
	root, err := output("", nil, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	changed, err := output(root, nil, "git", "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return nil, err
	}
	if changed != "" {
		return nil, fmt.Errorf("there are changes that are not committed, and a release is of a commit:\n%s", changed)
	}
	dir, err := os.MkdirTemp("", "rlrun-release-")
	if err != nil {
		return nil, err
	}
	b := &builder{version: version, root: root, dir: dir}
	if err = b.makeProxy(); err == nil {
		err = b.makeEnv()
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *builder) close() error { return os.RemoveAll(b.dir) }

// makeProxy writes the files of a Go module proxy, with the module's source in them.
func (b *builder) makeProxy() error {
	dir := filepath.Join(b.dir, "proxy", filepath.FromSlash(modulePath), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	archive, err := output(b.root, nil, "git", "-c", "core.autocrlf=input", "-c", "core.eol=lf", "archive", "--format=zip", "HEAD")
	if err != nil {
		return err
	}
	r, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	var files []modzip.File
	for _, f := range r.File {
		if !f.FileInfo().IsDir() {
			files = append(files, file{f})
		}
	}
	var packed bytes.Buffer
	if err := modzip.Create(&packed, module.Version{Path: modulePath, Version: b.version}, files); err != nil {
		return err
	}
	mod, err := fs.ReadFile(r, "go.mod")
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"Version": b.version})
	if err != nil {
		return err
	}
	name := filepath.Join(dir, b.version)
	return errors.Join(create(name+".zip", packed.Bytes()), create(name+".mod", mod), create(name+".info", info),
		create(filepath.Join(dir, "list"), []byte(b.version+"\n")))
}

// A file is a file of the checked-out commit.
type file struct{ *zip.File }

func (f file) Path() string                { return f.Name }
func (f file) Lstat() (fs.FileInfo, error) { return f.FileInfo(), nil }

// makeEnv sets the environment variables for go install. The build has its own temporary module
// cache, so that the released version does not stay in the machine's cache. Other modules come from
// the machine's cache, or from the proxies that the machine uses.
func (b *builder) makeEnv() error {
	var machine struct{ GOMODCACHE, GOPROXY string }
	text, err := output(b.root, nil, "go", "env", "-json", "GOMODCACHE", "GOPROXY")
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), &machine); err != nil {
		return err
	}
	proxies := []string{fileURL(filepath.Join(b.dir, "proxy")), fileURL(filepath.Join(machine.GOMODCACHE, "cache", "download")), machine.GOPROXY}
	b.env = []string{
		"CGO_ENABLED=0", "GOFLAGS=-modcacherw", "GOWORK=off", "GOBIN=", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0",
		"GOPATH=" + b.dir, "GOMODCACHE=" + filepath.Join(b.dir, "mod"),
		"GOPROXY=" + strings.Join(proxies, ","), "GONOSUMDB=" + modulePath, "GONOPROXY=none", "GOPRIVATE=",
	}
	return nil
}

// build returns the files of a system's archive, by their names.
func (b *builder) build(s system) (map[string][]byte, error) {
	env := append(b.env, "GOOS="+s.os, "GOARCH="+s.arch)
	if _, err := output(b.dir, env, "go", "install", "-trimpath", "-ldflags", "-s -w", command+"@"+b.version); err != nil {
		return nil, err
	}
	bin := filepath.Join(b.dir, "bin", s.os+"_"+s.arch)
	if s.os == runtime.GOOS && s.arch == runtime.GOARCH {
		bin = filepath.Join(b.dir, "bin")
	}
	program, err := os.ReadFile(filepath.Join(bin, s.program()))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{s.program(): program}
	source := filepath.Join(b.dir, "mod", filepath.FromSlash(modulePath)+"@"+b.version)
	for _, name := range []string{"LICENSE", "README.md"} {
		if files[name], err = os.ReadFile(filepath.Join(source, name)); err != nil {
			return nil, err
		}
	}
	files["LICENSES.txt"], err = licences(source, env)
	return files, err
}

// output runs a command in the directory dir. env has environment variables, in addition to the
// current ones. It returns the standard output without the newline at the end.
func output(dir string, env []string, name string, args ...string) (string, error) {
	var errs strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), env...), &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// fileURL returns the file URL of a directory.
func fileURL(dir string) string {
	dir = filepath.ToSlash(dir)
	if !strings.HasPrefix(dir, "/") {
		dir = "/" + dir // on Windows, dir begins with a drive
	}
	return "file://" + dir
}
