package optim

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/tape"
)

// Settings are the settings of an optimiser, with PyTorch's names. A nil setting has the default
// of the optimiser's class, such as adam. A setting that the class does not have must be nil.
type Settings struct {
	Betas                   []float64 `yaml:"betas,omitempty"`                     // decay rates β₁ and β₂ of the running averages of the gradient and the squared gradient
	Eps                     *float64  `yaml:"eps,omitempty"`                       // ε, added to a denominator to keep it above 0
	AMSGrad                 *bool     `yaml:"amsgrad,omitempty"`                   // use the largest running average of the squared gradient so far (AMSGrad)
	Alpha                   *float64  `yaml:"alpha,omitempty"`                     // decay rate α of the running average of the squared gradient
	Centered                *bool     `yaml:"centered,omitempty"`                  // divide by the gradient's standard deviation instead of its root mean square
	Momentum                *float64  `yaml:"momentum,omitempty"`                  // momentum μ: fraction of the previous step that is added to the next step
	Dampening               *float64  `yaml:"dampening,omitempty"`                 // dampening τ: the gradient is added to the momentum with weight 1 - τ
	Nesterov                *bool     `yaml:"nesterov,omitempty"`                  // Nesterov's momentum: each step is the gradient plus μ times the momentum
	InitialAccumulatorValue *float64  `yaml:"initial_accumulator_value,omitempty"` // initial sum of squared gradients
	WeightDecay             *float64  `yaml:"weight_decay,omitempty"`              // weight decay λ: λ times each weight is added to its gradient; adamw subtracts it from the weight, scaled by the learning rate
}

// classes returns the default settings of every optimiser class. The defaults are PyTorch's. Only
// rmsprop_tf, RMSProp as in TensorFlow, has the defaults of Stable-Baselines3's RMSpropTFLike.
func classes() map[string]Settings {
	adam := Settings{Betas: []float64{0.9, 0.999}, Eps: new(1e-8), AMSGrad: new(false), WeightDecay: new(0.)}
	adamW := adam
	adamW.WeightDecay = new(0.01)
	rms := Settings{Alpha: new(0.99), Eps: new(1e-8), Centered: new(false), Momentum: new(0.), WeightDecay: new(0.)}
	return map[string]Settings{
		"adam": adam, "adamw": adamW, "rmsprop": rms, "rmsprop_tf": rms,
		"sgd":     {Momentum: new(0.), Dampening: new(0.), Nesterov: new(false), WeightDecay: new(0.)},
		"adagrad": {Eps: new(1e-10), InitialAccumulatorValue: new(0.), WeightDecay: new(0.)},
	}
}

// Classes returns the names of the optimiser classes, sorted.
func Classes() []string { return slices.Sorted(maps.Keys(classes())) }

// Complete returns s with every nil setting replaced by the default of the class. It is an error
// if the class is unknown, if the class does not have one of the settings, or if a setting has an
// invalid value.
func (s Settings) Complete(class string) (Settings, error) {
	all := classes()
	defaults, ok := all[class]
	if !ok {
		return s, fmt.Errorf("optimizer_class %q, want one of %s", class, strings.Join(Classes(), ", "))
	}
	given, own := reflect.ValueOf(&s).Elem(), reflect.ValueOf(defaults)
	for f, v := range given.Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch has := own.FieldByIndex(f.Index); {
		case v.IsNil():
			v.Set(has)
		case has.IsNil():
			return s, fmt.Errorf("optimizer_kwargs.%s: optimizer_class %s has no such setting", key, class)
		}
	}
	return s, s.check()
}

// check returns an error for the first setting with an invalid value.
func (s Settings) check() error {
	settingError := func(key string, value any, want string) error {
		return fmt.Errorf("optimizer_kwargs.%s is %v, want %s", key, value, want)
	}
	inUnitInterval := func(x float64) bool { return 0 <= x && x < 1 }
	if s.Betas != nil && !(len(s.Betas) == 2 && inUnitInterval(s.Betas[0]) && inUnitInterval(s.Betas[1])) {
		return settingError("betas", s.Betas, "two numbers, 0 or more and less than 1")
	}
	for _, r := range []struct {
		key   string
		value *float64
		limit float64
	}{
		{"alpha", s.Alpha, 1}, {"momentum", s.Momentum, 1}, {"dampening", s.Dampening, 1}, {"eps", s.Eps, math.MaxFloat32},
		{"initial_accumulator_value", s.InitialAccumulatorValue, math.MaxFloat32}, {"weight_decay", s.WeightDecay, math.MaxFloat32},
	} {
		if r.value != nil && !(0 <= *r.value && *r.value < r.limit) {
			return settingError(r.key, *r.value, fmt.Sprintf("0 or more and less than %.3g", r.limit))
		}
	}
	if s.Nesterov != nil && *s.Nesterov && (*s.Momentum == 0 || *s.Dampening != 0) {
		return settingError("nesterov", true, "a momentum above 0 and a dampening of 0 with it")
	}
	return nil
}

// ByName returns the Optimizer of a class, with learning rate 0: adam, adamw, rmsprop,
// rmsprop_tf, sgd or adagrad.
func ByName(class string, s Settings, params []*tape.Param) (*Optimizer, error) {
	s, err := s.Complete(class)
	if err != nil {
		return nil, err
	}
	o := New(0, s.method(class), params)
	o.WeightDecay, o.Decoupled = float32(*s.WeightDecay), class == "adamw"
	return o, nil
}

// method returns the Method of a class. All settings of the class must be set in s.
func (s Settings) method(class string) Method {
	switch class {
	case "sgd":
		return &SGD{Momentum: *s.Momentum, Dampening: *s.Dampening, Nesterov: *s.Nesterov}
	case "adagrad":
		return &Adagrad{Start: *s.InitialAccumulatorValue, Epsilon: *s.Eps}
	case "rmsprop", "rmsprop_tf":
		return &RMSProp{Alpha: *s.Alpha, Epsilon: *s.Eps, Momentum: *s.Momentum, Centered: *s.Centered, TensorFlow: class == "rmsprop_tf"}
	}
	return &Adam{Beta1: s.Betas[0], Beta2: s.Betas[1], Epsilon: *s.Eps, AMSGrad: *s.AMSGrad}
}
