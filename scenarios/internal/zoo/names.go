package zoo

import (
	"maps"
	"slices"
	"strings"
)

// Names of Python classes in the zoo's files, without their modules.
const (
	replayClasses  = "ReplayBuffer DictReplayBuffer NStepReplayBuffer HerReplayBuffer"
	rolloutClasses = "RolloutBuffer DictRolloutBuffer"
	encoderClasses = "FlattenExtractor CombinedExtractor NatureCNN"
)

// activations returns rlrun's name of each class of PyTorch activations that rlrun has.
func activations() map[string]string {
	return map[string]string{
		"Tanh": "tanh", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "SELU": "selu", "GELU": "gelu", "SiLU": "silu",
		"Mish": "mish", "Sigmoid": "sigmoid", "Softplus": "softplus", "Hardtanh": "hardtanh", "Hardswish": "hardswish", "Identity": "identity",
	}
}

// optimisers returns rlrun's name of each class of optimisers, of PyTorch or Stable-Baselines3, that
// rlrun has.
func optimisers() map[string]string {
	return map[string]string{
		"Adam": "adam", "AdamW": "adamw", "SGD": "sgd", "RMSprop": "rmsprop", "RMSpropTFLike": "rmsprop_tf", "Adagrad": "adagrad",
	}
}

// classNames returns the names of classes, with their modules, that a literal may contain.
func classNames() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(activations())) {
		all = append(all, "nn."+name, "th.nn."+name, "torch.nn."+name)
	}
	for _, name := range slices.Sorted(maps.Keys(optimisers())) {
		if name != "RMSpropTFLike" {
			all = append(all, "th.optim."+name, "torch.optim."+name)
		}
	}
	return append(all, strings.Fields("RMSpropTFLike "+replayClasses+" "+rolloutClasses+" "+encoderClasses)...)
}

// lastPart returns the part of a name after its last dot.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// keyList returns the sorted keys of names, with commas between them.
func keyList(names map[string]string) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
