package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestPublic checks that the documentation of a public package shows no type of an internal
// package, because users could not name the type.
func TestPublic(t *testing.T) {
	var names []string
	for pkg := range layers {
		if name, ok := strings.CutPrefix(pkg, "internal/"); ok {
			names = append(names, name)
		}
	}
	internal := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\.[A-Z]\w*`)
	for pkg := range layers {
		if strings.HasPrefix(pkg, "internal/") || strings.HasPrefix(pkg, "cmd/") {
			continue
		}
		out, err := exec.Command("go", "doc", "-all", module+pkg).Output()
		if err != nil {
			t.Fatalf("go doc %s: %v", pkg, err)
		}
		if found := internal.FindString(string(out)); found != "" {
			t.Errorf("package %s shows %s, which is internal", pkg, found)
		}
	}
}
