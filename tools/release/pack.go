package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// pack returns the archive of a system, a .zip or a .tar.gz. It has no owners and no times, so
// the same files give the same bytes.
func pack(s system, files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if s.os == "windows" {
		err = packZip(&b, files)
	} else {
		err = packTar(&b, files)
	}
	return b.Bytes(), err
}

// mode returns the permissions of the file with the given name in an archive.
func mode(name string) fs.FileMode {
	if strings.HasPrefix(name, "rlrun") {
		return 0o755
	}
	return 0o644
}

func packZip(w io.Writer, files map[string][]byte) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode(name))
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(files[name]); err != nil {
			return err
		}
	}
	return z.Close()
}

func packTar(w io.Writer, files map[string][]byte) error {
	g, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(g)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: name, Mode: int64(mode(name)), Size: int64(len(files[name])), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(files[name]); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return g.Close()
}

// licences returns the licences of Go and of all modules that are linked into the program,
// because a copy of the program must contain them. env has the environment variables of the
// build.
func licences(source string, env []string) ([]byte, error) {
	goroot, err := output(source, env, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	listed, err := output(source, env, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", command)
	if err != nil {
		return nil, err
	}
	lines := slices.Sorted(strings.Lines("Go\t" + goroot + "\n" + listed + "\n"))
	var text bytes.Buffer
	for _, line := range slices.Compact(lines) {
		name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		found, err := licenceFiles(dir)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s has no licence", name)
		}
		for _, file := range found {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&text, "==== %s, %s\n\n%s\n\n", name, filepath.Base(file), bytes.TrimSpace(content))
		}
	}
	return text.Bytes(), nil
}

// licenceFiles returns the licence files in the directory of a module.
func licenceFiles(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		for _, prefix := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"} {
			if e.Type().IsRegular() && strings.HasPrefix(name, prefix) {
				files = append(files, filepath.Join(dir, e.Name()))
			}
		}
	}
	return files, err
}
