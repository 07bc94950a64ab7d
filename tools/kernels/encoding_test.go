package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// evex is the first byte of every instruction in the encoding of AVX-512.
const evex = 0x62

// TestEncoding assembles the committed assembly. It checks that no instruction of an AVX2
// function has the encoding of AVX-512.
func TestEncoding(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "tool", "asm", "-S", "-p", "f32", "-I", filepath.Join(strings.TrimSpace(string(root)), "pkg", "include"),
		"-o", filepath.Join(t.TempDir(), "kernels.o"), filepath.Join("..", "..", "policy", "f32", "kernels_amd64.s"))
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64")
	listing, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, f := range strings.Split(string(listing), "\nf32.") {
		name, _, _ := strings.Cut(strings.TrimPrefix(f, "f32."), " ")
		set := name[strings.LastIndex(name, "AVX"):]
		for _, instruction := range encoded(t, f) {
			counts[set]++
			if instruction.first != evex {
				continue
			}
			if counts[set+" evex"]++; set == "AVX2" {
				t.Errorf("%s: %s is encoded for AVX-512", name, instruction.text)
			}
		}
	}
	if counts["AVX2"] < 1000 || counts["AVX512 evex"] < 1000 {
		t.Errorf("%d instructions of AVX2 and %d of AVX-512 found, want 1000 at least", counts["AVX2"], counts["AVX512 evex"])
	}
}

// An instruction is an assembly instruction with its encoding.
type instruction struct {
	text  string
	first byte // first byte of the encoding
}

// listed and dumped match lines in the assembler's listing: listed matches an instruction with
// its offset, and dumped matches a line of code bytes.
var (
	listed = regexp.MustCompile(`(?m)^\t0x[0-9a-f]+ (\d+) \([^)]*\)\t([A-Z].*)$`)
	dumped = regexp.MustCompile(`(?m)^\t0x[0-9a-f]+((?: [0-9a-f]{2}){1,16}) `)
)

// encoded returns the vector instructions of a function. The listing has the instructions of the
// function with their offsets, followed by the bytes of the code.
func encoded(t *testing.T, listing string) (is []instruction) {
	var code []byte
	for _, m := range dumped.FindAllStringSubmatch(listing, -1) {
		for _, h := range strings.Fields(m[1]) {
			b, err := strconv.ParseUint(h, 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			code = append(code, byte(b))
		}
	}
	for _, m := range listed.FindAllStringSubmatch(listing, -1) {
		at, err := strconv.Atoi(m[1])
		if err != nil || at >= len(code) {
			t.Fatalf("the offset of %q is outside the %d bytes of its function", m[0], len(code))
		}
		if strings.HasPrefix(m[2], "V") || strings.HasPrefix(m[2], "K") {
			is = append(is, instruction{m[2], code[at]})
		}
	}
	return is
}
