// Package deploy checks the files of the directory deploy: manifests for Kubernetes, and units for systemd.
package deploy

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// read returns a file of the directory deploy.
func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestKubernetes checks that each document of the manifests has the fields of its kind, and no others.
func TestKubernetes(t *testing.T) {
	for name, kinds := range map[string][]string{
		"hub.yaml":   {"v1/Service", "apps/v1/StatefulSet"},
		"work.yaml":  {"apps/v1/Deployment"},
		"head.yaml":  {"v1/PersistentVolumeClaim", "batch/v1/Job"},
		"scale.yaml": {"keda.sh/v1alpha1/ScaledObject"},
	} {
		var got []string
		for _, doc := range bytes.Split(read(t, "kubernetes/"+name), []byte("\n---\n")) {
			var head struct{ APIVersion, Kind string }
			if err := yaml.Unmarshal(doc, &head); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			kind := head.APIVersion + "/" + head.Kind
			got = append(got, kind)
			if err := check(kind, doc); err != nil {
				t.Errorf("%s: %s: %v", name, kind, err)
			}
		}
		if !slices.Equal(got, kinds) {
			t.Errorf("%s has %q, want %q", name, got, kinds)
		}
	}
}

// check returns an error if a document is not of a kind.
func check(kind string, doc []byte) error {
	switch kind {
	case "v1/Service":
		return yaml.UnmarshalStrict(doc, new(corev1.Service))
	case "v1/PersistentVolumeClaim":
		return yaml.UnmarshalStrict(doc, new(corev1.PersistentVolumeClaim))
	case "apps/v1/StatefulSet":
		return yaml.UnmarshalStrict(doc, new(appsv1.StatefulSet))
	case "apps/v1/Deployment":
		return yaml.UnmarshalStrict(doc, new(appsv1.Deployment))
	case "batch/v1/Job":
		return yaml.UnmarshalStrict(doc, new(batchv1.Job))
	case "keda.sh/v1alpha1/ScaledObject":
		return checkScaledObject(doc)
	}
	return fmt.Errorf("an unknown kind")
}

// A schema is the part of an OpenAPI schema that KEDA's has.
type schema struct {
	Type                 string             `json:"type"`
	Required             []string           `json:"required"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Items                *schema            `json:"items"`
}

// checkScaledObject returns an error if a document is no ScaledObject of KEDA.
func checkScaledObject(doc []byte) error {
	data, err := os.ReadFile("testdata/scaledobject.yaml")
	if err != nil {
		return err
	}
	var s schema
	if err := yaml.UnmarshalStrict(data, &s); err != nil {
		return err
	}
	var value any
	if err := yaml.UnmarshalStrict(doc, &value); err != nil {
		return err
	}
	return s.check("", value)
}

// check returns an error if the value at a path does not fit the schema.
func (s *schema) check(path string, value any) error {
	switch v := value.(type) {
	case map[string]any:
		return s.checkObject(path, v)
	case []any:
		if s.Type != "array" {
			return fmt.Errorf("%s is a list, want %s", path, s.Type)
		}
		for i, item := range v {
			if err := s.Items.check(fmt.Sprintf("%s[%d]", path, i), item); err != nil {
				return err
			}
		}
	case string:
		if s.Type != "string" {
			return fmt.Errorf("%s is %q, want %s", path, v, s.Type)
		}
	case float64:
		if s.Type != "integer" || v != float64(int(v)) {
			return fmt.Errorf("%s is %v, want %s", path, v, s.Type)
		}
	default:
		return fmt.Errorf("%s is %v, want %s", path, v, s.Type)
	}
	return nil
}

// checkObject returns an error if the object at a path does not fit the schema.
func (s *schema) checkObject(path string, object map[string]any) error {
	if s.Type != "object" {
		return fmt.Errorf("%s is an object, want %s", path, s.Type)
	}
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			return fmt.Errorf("%s has no %s", path, name)
		}
	}
	for name, value := range object {
		of := s.Properties[name]
		if of == nil {
			of = s.AdditionalProperties
		}
		if of == nil {
			return fmt.Errorf("%s has no field %s", path, name)
		}
		if err := of.check(path+"."+name, value); err != nil {
			return err
		}
	}
	return nil
}

// TestRefuses checks that unknown and missing fields are found.
func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct{ kind, file, old, new string }{
		"unknown field":      {"apps/v1/Deployment", "work.yaml", "replicas:", "replica:"},
		"wrong type":         {"apps/v1/Deployment", "work.yaml", "replicas: 1", "replicas: one"},
		"KEDA unknown field": {"keda.sh/v1alpha1/ScaledObject", "scale.yaml", "minReplicaCount", "minReplicas"},
		"KEDA wrong type":    {"keda.sh/v1alpha1/ScaledObject", "scale.yaml", `lagThreshold: "1"`, "lagThreshold: 1"},
		"KEDA missing field": {"keda.sh/v1alpha1/ScaledObject", "scale.yaml", "- type: nats-jetstream\n      metadata", "- metadata"},
	} {
		doc := strings.Replace(string(read(t, "kubernetes/"+c.file)), c.old, c.new, 1)
		if doc == string(read(t, "kubernetes/"+c.file)) || check(c.kind, []byte(doc)) == nil {
			t.Errorf("%s: %s instead of %s is accepted", name, c.new, c.old)
		}
	}
}

// keys are the keys of systemd's units that ours may have, by section: systemd.unit(5), systemd.service(5),
// systemd.exec(5).
var keys = map[string][]string{
	"[Unit]": {"Description", "Wants", "After"},
	"[Service]": {"EnvironmentFile", "ExecStart", "User", "StateDirectory", "CacheDirectory", "Restart", "RestartSec", "TimeoutStopSec",
		"Nice", "LimitNOFILE", "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp"},
	"[Install]": {"WantedBy"},
}

// TestSystemd checks the sections and keys of the units.
func TestSystemd(t *testing.T) {
	for _, name := range []string{"rlrun-hub.service", "rlrun-work.service"} {
		section, starts := "", 0
		for line := range strings.Lines(string(read(t, "systemd/"+name))) {
			line = strings.TrimSpace(line)
			switch key, value, found := strings.Cut(line, "="); {
			case line == "" || line[0] == '#':
			case line[0] == '[':
				section = line
			case !found || value == "" || !slices.Contains(keys[section], key):
				t.Errorf("%s: %s: %s", name, section, line)
			case key == "ExecStart":
				starts++
			}
		}
		if starts != 1 {
			t.Errorf("%s starts %d programs, want 1", name, starts)
		}
	}
}

// TestYAML checks that the other files have no key twice.
func TestYAML(t *testing.T) {
	for _, name := range []string{"compose.yaml", "kubernetes/nats-values.yaml"} {
		var value map[string]any
		if err := yaml.UnmarshalStrict(read(t, name), &value); err != nil || len(value) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
