package main

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// groups has the types of settings with a separate section on the page, and the name of the
// section for each type.
var groups = map[string]string{
	"scenario.envFile":     "env",
	"scenario.Eval":        "eval",
	"agents.Replay":        "replay",
	"agents.Acting":        "actors",
	"agents.ApeX":          "ape-x",
	"agents.Noise":         "noise",
	"agents.Exploration":   "exploration",
	"agents.Normalize":     "normalize",
	"policy.NetworkConfig": "policy_kwargs",
	"optim.Settings":       "optimizer_kwargs",
	"scenario.bins":        "bins-and-tiles",
	"scenario.edges":       "crop",
	"scenario.deaths":      "minigrid",
	"scenario.tiles":       "bins-and-tiles",
}

// ownForms describes how values are written in YAML, for types with their own UnmarshalText.
var ownForms = map[string]string{
	"optim.Schedule":     "[schedule](#schedules)",
	"agents.TrainFreq":   "whole number, or list",
	"agents.Temperature": "number, or `auto`",
	"policy.NetArch":     "list of whole numbers, or mapping",
	"policy.Extractor":   "text, or list of [layers](#layers)",
	"policy.NetLayers":   "list of [layers](#layers), name of a network, or mapping",
	"grid.Map":           "list of texts, a row each",
	"mujoco.Range":       "list of two numbers, which may be `-.inf` and `.inf`",
	"mujoco.BodyName":    "text, or whole number",
	"scenario.stack":     "whole number, or [mapping](#frame_stack)",
	"pixels.Settings":    "text, `84x84`, or [mapping](#pixels)",
	"minigrid.Settings":  "text, or [mapping](#minigrid)",
	"scenario.size":      "text, `84x84`",
	"scenario.selection": "list of whole numbers, or of texts",
}

// kind describes the values of a setting with type t, for example "whole number".
func kind(t reflect.Type, key string) (string, error) {
	if form, ok := ownForms[t.String()]; ok {
		return form, nil
	}
	if group, ok := groups[t.String()]; ok {
		return "[mapping](#" + group + ")", nil
	}
	if t.String() == "settings.Node" {
		return "[mapping](#" + key + ")", nil
	}
	if _, own := reflect.New(t).Interface().(encoding.TextUnmarshaler); own && t.Kind() != reflect.String {
		return "", fmt.Errorf("%s has its own UnmarshalText: describe in ownForms how it is written", t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		of, err := kind(t.Elem(), key)
		return of + ", or `null`", err
	case reflect.Slice:
		if t.Elem().String() == "settings.Node" {
			return "list of [" + key + "](#" + key + ")", nil
		}
		of, err := kind(t.Elem(), key)
		return "list of " + strings.Replace(of, "number", "numbers", 1), err
	case reflect.Bool:
		return "yes or no", nil
	case reflect.Float32, reflect.Float64:
		return "number", nil
	case reflect.Int, reflect.Uint64:
		return "whole number", nil
	case reflect.String:
		return "text", nil
	}
	return "", fmt.Errorf("no words for a setting of type %s", t)
}
