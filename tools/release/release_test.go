package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		args, want, err string
	}{
		{args: "v1.2.3", want: " v1.2.3 [linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64]"},
		{args: "-o there v0.1.0-rc.1 linux/arm64", want: "there v0.1.0-rc.1 [linux/arm64]"},
		{args: "", err: "want [-o DIR] VERSION"},
		{args: "1.2.3", err: `version "1.2.3", want one as v1.2.3`},
		{args: "v1.2", err: `version "v1.2", want one as v1.2.3`},
		{args: "v2.0.0-rc.1", err: "below v2"},
		{args: "v1.2.3 plan9/386", err: "plan9/386: want one of [linux/amd64"},
		{args: "-x v1.2.3", err: "-x"},
	} {
		out, version, chosen, err := parse(strings.Fields(tc.args))
		if got := fmt.Sprint(out, " ", version, " ", chosen); tc.err == "" && (err != nil || got != tc.want) {
			t.Errorf("parse(%s) = %s, %v, want %s", tc.args, got, err, tc.want)
		}
		if tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
			t.Errorf("parse(%s): error %v, want %q in it", tc.args, err, tc.err)
		}
	}
}

// TestPack checks that an archive has sorted files and an executable program, and that the same
// files always give the same bytes.
func TestPack(t *testing.T) {
	want := "LICENSE -rw-r--r-- law, rlrun -rwxr-xr-x code"
	for s, read := range map[system]func(*testing.T, []byte) []string{{"linux", "amd64"}: readTar, {"windows", "amd64"}: readZip} {
		files := map[string][]byte{"rlrun": []byte("code"), "LICENSE": []byte("law")}
		first, err := pack(s, files)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(read(t, first), ", "); got != want {
			t.Errorf("%s: the archive has %s, want %s", s, got, want)
		}
		if second, err := pack(s, files); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s: packed again it differs, %v", s, err)
		}
	}
}

func readTar(t *testing.T, packed []byte) (files []string) {
	g, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(g); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || h.ModTime.Unix() != 0 {
			t.Fatalf("%s of %v, %v, want no time", h.Name, h.ModTime, err)
		}
		files = append(files, fmt.Sprint(h.Name, " ", h.FileInfo().Mode(), " ", string(content)))
	}
}

func readZip(t *testing.T, packed []byte) (files []string) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range r.File {
		f, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err != nil || entry.ModifiedDate != 0 {
			t.Fatalf("%s of %v, %v, want no time", entry.Name, entry.Modified, err)
		}
		files = append(files, fmt.Sprint(entry.Name, " ", entry.Mode(), " ", string(content)))
	}
	return files
}

// TestCheckVersion checks which versions a release can have.
func TestCheckVersion(t *testing.T) {
	for version, ok := range map[string]bool{
		"v1.2.3": true, "v0.0.0-ci": true, "v1.2.3-rc.1": true, "": false, "1.2.3": false, "v1.2": false, "v2.0.0": false, "v1.2.3+x": false,
	} {
		if err := checkVersion(version); (err == nil) != ok {
			t.Errorf("checkVersion(%q) = %v, want an error: %v", version, err, !ok)
		}
	}
}

// TestCreate checks that it is an error if the file exists, and that the file is then unchanged.
func TestCreate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := create(name, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	err := create(name, []byte("yours"))
	if got, _ := os.ReadFile(name); err == nil || !strings.Contains(err.Error(), "is there already") || string(got) != "mine" {
		t.Errorf("create of a file that is there: %v, and it has %q", err, got)
	}
}
