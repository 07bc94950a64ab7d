package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// deployed returns the command lines of rlrun in the files of the directory deploy: the values of args and
// command in its YAML files, and ExecStart in the units of systemd.
func deployed(t *testing.T) map[string][][]string {
	t.Helper()
	lines := map[string][][]string{}
	for _, pattern := range []string{"*.yaml", "kubernetes/*.yaml", "systemd/*.service"} {
		names, err := filepath.Glob(filepath.Join("..", "..", "..", "deploy", filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %q, %v, want files", pattern, names, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				if command, found := strings.CutPrefix(line, "ExecStart=/usr/local/bin/rlrun "); found {
					lines[name] = append(lines[name], strings.Fields(command))
				}
			}
			if filepath.Ext(name) == ".yaml" {
				for _, doc := range strings.Split(string(data), "\n---\n") {
					var node yaml.Node
					if err := yaml.Unmarshal([]byte(doc), &node); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					lines[name] = append(lines[name], argumentsIn(&node)...)
				}
			}
		}
	}
	return lines
}

// argumentsIn returns the lists in a YAML document whose key is args or command.
func argumentsIn(n *yaml.Node) (all [][]string) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && (n.Content[i-1].Value == "args" || n.Content[i-1].Value == "command") {
			var args []string
			if child.Decode(&args) == nil {
				all = append(all, args)
			}
		}
		all = append(all, argumentsIn(child)...)
	}
	return all
}

// TestDeployed checks that rlrun has the commands and the flags in the files of the directory deploy.
func TestDeployed(t *testing.T) {
	commands := 0
	for name, lines := range deployed(t) {
		for _, args := range lines {
			cmd, rest, err := new(App).root().Find(args)
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err != nil {
				t.Errorf("%s: %q: %v", name, args, err)
			}
			commands++
		}
	}
	if commands != 7 {
		t.Errorf("%d command lines, want 7", commands)
	}
}
