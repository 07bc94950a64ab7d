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

// Settings are the settings of an optimiser under PyTorch's names. Of those that
// its class has, nil is the default; the others must be nil.
type Settings struct {
	Betas                   []float64 `yaml:"betas,omitempty"`                     // decay rates β₁ and β₂ of the averages of the gradient and of its square
	Eps                     *float64  `yaml:"eps,omitempty"`                       // ε, added to a denominator so that it is not 0
	AMSGrad                 *bool     `yaml:"amsgrad,omitempty"`                   // use the largest average of the squared gradient so far (AMSGrad)
	Alpha                   *float64  `yaml:"alpha,omitempty"`                     // decay rate α of the average of the squared gradient
	Centered                *bool     `yaml:"centered,omitempty"`                  // divide by the gradient's standard deviation in place of its root mean square
	Momentum                *float64  `yaml:"momentum,omitempty"`                  // momentum μ: share of the last step that is taken again
	Dampening               *float64  `yaml:"dampening,omitempty"`                 // dampening τ: the gradient is added to the momentum with weight 1 - τ
	Nesterov                *bool     `yaml:"nesterov,omitempty"`                  // Nesterov's momentum, which looks one step ahead
	InitialAccumulatorValue *float64  `yaml:"initial_accumulator_value,omitempty"` // sum of squared gradients at the start
	WeightDecay             *float64  `yaml:"weight_decay,omitempty"`              // weight decay λ: λ times each weight is added to its gradient; adamw takes it off the weight itself
}

// classes has the defaults of every class of optimisers, PyTorch's but for
// rmsprop_tf, which is RMSProp as TensorFlow has it, with the defaults of
// Stable-Baselines3's RMSpropTFLike.
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

// Complete returns k with the defaults of a class where it says nothing. A
// setting that the class does not have is an error, as is one that cannot be.
func (k Settings) Complete(class string) (Settings, error) {
	all := classes()
	defaults, ok := all[class]
	if !ok {
		return k, fmt.Errorf("optimizer_class %q, want one of %s", class, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	given, own := reflect.ValueOf(&k).Elem(), reflect.ValueOf(defaults)
	for f, v := range given.Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch has := own.FieldByIndex(f.Index); {
		case v.IsNil():
			v.Set(has)
		case has.IsNil():
			return k, fmt.Errorf("optimizer_kwargs.%s: %s has none", key, class)
		}
	}
	return k, k.check()
}

// check returns what is wrong with the first setting that cannot be.
func (k Settings) check() error {
	fault := func(key string, value any, want string) error {
		return fmt.Errorf("optimizer_kwargs.%s is %v, want %s", key, value, want)
	}
	share := func(x float64) bool { return 0 <= x && x < 1 }
	if k.Betas != nil && !(len(k.Betas) == 2 && share(k.Betas[0]) && share(k.Betas[1])) {
		return fault("betas", k.Betas, "two numbers, 0 or more and less than 1")
	}
	for _, r := range []struct {
		key   string
		value *float64
		most  float64
	}{
		{"alpha", k.Alpha, 1}, {"momentum", k.Momentum, 1}, {"dampening", k.Dampening, 1}, {"eps", k.Eps, math.MaxFloat32},
		{"initial_accumulator_value", k.InitialAccumulatorValue, math.MaxFloat32}, {"weight_decay", k.WeightDecay, math.MaxFloat32},
	} {
		if r.value != nil && !(0 <= *r.value && *r.value < r.most) {
			return fault(r.key, *r.value, fmt.Sprintf("0 or more and less than %.3g", r.most))
		}
	}
	if k.Nesterov != nil && *k.Nesterov && (*k.Momentum == 0 || *k.Dampening != 0) {
		return fault("nesterov", true, "a momentum with it, and no dampening")
	}
	return nil
}

// ByName returns the Optimizer of a class, at rate 0: adam, adamw, rmsprop,
// rmsprop_tf, sgd or adagrad.
func ByName(class string, k Settings, params []*tape.Param) (*Optimizer, error) {
	k, err := k.Complete(class)
	if err != nil {
		return nil, err
	}
	o := New(0, k.method(class), params)
	o.WeightDecay, o.Decoupled = float32(*k.WeightDecay), class == "adamw"
	return o, nil
}

// method returns the Method of a class, with complete settings.
func (k Settings) method(class string) Method {
	switch class {
	case "sgd":
		return &SGD{Momentum: *k.Momentum, Dampening: *k.Dampening, Nesterov: *k.Nesterov}
	case "adagrad":
		return &Adagrad{Start: *k.InitialAccumulatorValue, Epsilon: *k.Eps}
	case "rmsprop", "rmsprop_tf":
		return &RMSProp{Alpha: *k.Alpha, Epsilon: *k.Eps, Momentum: *k.Momentum, Centered: *k.Centered, TensorFlow: class == "rmsprop_tf"}
	}
	return &Adam{Beta1: k.Betas[0], Beta2: k.Betas[1], Epsilon: *k.Eps, AMSGrad: *k.AMSGrad}
}
