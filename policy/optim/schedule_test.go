package optim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/optim"
)

// decode reads a Schedule from a YAML file in which the key rate has the given value.
func decode(value string) (optim.Schedule, error) { return decodeFile("rate: " + value) }

// decodeFile reads a Schedule from a YAML file with the key rate.
func decodeFile(text string) (optim.Schedule, error) {
	c := struct {
		Rate optim.Schedule `yaml:"rate"`
	}{optim.Linear(3)}
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err == nil {
		err = tree.Root().Decode(&c)
	}
	return c.Rate, err
}

// encode returns a YAML file with a Schedule under the key rate.
func encode(t testing.TB, s optim.Schedule) string {
	t.Helper()
	text, err := settings.Encode(settings.Map{{Key: "rate", Value: s}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSchedule(t *testing.T) {
	for _, tc := range []struct {
		text string
		want optim.Schedule
		step int
		at   float64
	}{
		{"0.5", optim.Constant(0.5), 0, 0.5}, {"0.5", optim.Constant(0.5), 200, 0.5},
		{"lin_0.5", optim.Linear(0.5), 0, 0.5}, {"lin_0.5", optim.Linear(0.5), 50, 0.25},
		{"cos_0.5", optim.Cosine(0.5), 0, 0.5}, {"cos_0.5", optim.Cosine(0.5), 25, 0.25 * (1 + math.Sqrt2/2)},
		{"cos_0.5", optim.Cosine(0.5), 50, 0.25}, {"cos_0.5", optim.Cosine(0.5), 200, 0},
		{"lin_0.5", optim.Linear(0.5), 100, 0}, {"lin_0.5", optim.Linear(0.5), 200, 0},
		{"0.0003", optim.Constant(3e-4), 7, 3e-4}, {"1e-08", optim.Constant(1e-8), 7, 1e-8},
		{"0", optim.Constant(0), 7, 0}, {"-1", optim.Constant(-1), 7, -1}, {"0", optim.Schedule{}, 7, 0},
		{"{start: 0.5, shape: lin, end: 0.1}", optim.Linear(0.5).To(0.1), 50, 0.3},
		{"{start: 0.5, shape: lin, end: 0.1}", optim.Linear(0.5).To(0.1), 100, 0.1},
		{"{start: 0.5, shape: cos, end: 0.1}", optim.Cosine(0.5).To(0.1), 50, 0.3},
		{"{start: 0.1, shape: lin, end: 0.5}", optim.Linear(0.1).To(0.5), 25, 0.2},
		{"{start: 0.16, shape: exp, end: 0.01}", optim.Exponential(0.16, 0.01), 25, 0.08},
		{"{start: 0.16, shape: exp, end: 0.01}", optim.Exponential(0.16, 0.01), 100, 0.01},
		{"{start: 1, shape: lin, end: 0.05, end_fraction: 0.1}", optim.Linear(1).To(0.05).By(0.1), 5, 0.525},
		{"{start: 1, shape: lin, end: 0.05, end_fraction: 0.1}", optim.Linear(1).To(0.05).By(0.1), 11, 0.05},
		{"{start: 0.5, shape: const, warmup_fraction: 0.2}", optim.Constant(0.5).Warmup(0.2, 0), 0, 0},
		{"{start: 0.5, shape: const, warmup_fraction: 0.2}", optim.Constant(0.5).Warmup(0.2, 0), 10, 0.25},
		{"{start: 0.5, shape: const, warmup_fraction: 0.2}", optim.Constant(0.5).Warmup(0.2, 0), 20, 0.5},
		{"{start: 0.5, shape: lin, warmup_fraction: 0.2, warmup_start: 0.1}", optim.Linear(0.5).Warmup(0.2, 0.1), 10, 0.3},
		{"{start: 0.5, shape: lin, warmup_fraction: 0.2, warmup_start: 0.1}", optim.Linear(0.5).Warmup(0.2, 0.1), 60, 0.25},
	} {
		if got, err := decode(tc.text); err != nil || got != tc.want {
			t.Errorf("decode(%q) = %v, error %v, want %v", tc.text, got, err, tc.want)
		}
		if got := tc.want.String(); got != tc.text {
			t.Errorf("String() = %q, want %q", got, tc.text)
		}
		if got := tc.want.At(tc.step, 100); !isNear(got, tc.at, 1e-15) {
			t.Errorf("%s.At(%d, 100) = %v, want %v", tc.text, tc.step, got, tc.at)
		}
	}
}

// TestScheduleFaults checks that each faulty text causes an error of one line that says what
// would be right, and that the Schedule is unchanged.
func TestScheduleFaults(t *testing.T) {
	number := ", want a number, or lin_ or cos_ and a number, or {start: 0.001, shape: lin, end: 0.0001, warmup_fraction: 0.05}"
	for text, want := range map[string]string{
		`""`: `f.yaml:1:7: rate: ""` + number, "lin_": `rate: "lin_"` + number, "lin_x": number, "sin_1": number, "exp_1": number,
		"NaN": number, ".nan": number, "Inf": number, "lin_-Inf": number, "1e309": number, `" 1"`: number, "1 2": number,
		"func(mine)":                       "rate: func(mine) is a function of the Go program that wrote this file, and a file cannot hold it: " + number[2:],
		"null":                             "rate: no value, want a single value, or a mapping",
		"[1, 2]":                           "rate: want a single value, or a mapping, key: value",
		"{}":                               "f.yaml:1:7: rate: no start, want one, as {start: 0.001, shape: lin}",
		"{shape: lin}":                     "rate: no start",
		"{start: 1}":                       `rate: shape "", want one of const, lin, cos, exp`,
		"{start: 1, shape: line}":          `rate: shape "line", want one of const, lin, cos, exp`,
		"{start: 1, shape: null}":          "f.yaml:1:25: rate.shape: no value, want text",
		"{start: .inf, shape: lin}":        `rate.start: ".inf", want a number`,
		"{strat: 1, shape: lin}":           "f.yaml:1:8: rate.strat: unknown key; the nearest is start",
		"{start: 1, start: 2}":             "rate.start: a second time",
		"{start: 1, shape: exp}":           "rate: {start: 1, shape: exp}, want a start and an end above 0 for shape exp",
		"{start: 1, shape: const, end: 2}": "rate: {start: 1, shape: const, end: 2}, want a shape with an end: lin, cos or exp",
		"{start: 1, shape: const, end_fraction: 0.5}":                        "want a shape with an end",
		"{start: 1, shape: lin, end_fraction: 0}":                            "want an end_fraction above the warmup_fraction and at most 1",
		"{start: 1, shape: lin, end_fraction: 1.5}":                          "rate: {start: 1, shape: lin, end_fraction: 1.5}, want an end_fraction",
		"{start: 1, shape: lin, end_fraction: 0.1, warmup_fraction: 0.1}":    "want an end_fraction above",
		"{start: 1, shape: lin, warmup_fraction: 1}":                         "want a warmup_fraction of 0 or more and less than 1",
		"{start: 1, shape: lin, warmup_fraction: -0.1}":                      "want a warmup_fraction",
		"{start: 1, shape: lin, warmup_start: 0.1}":                          "want a warmup_fraction above 0 with the warmup_start",
		"{start: 1, shape: lin, warmup_fraction: 0.1, warmup_start: [0, 1]}": "rate.warmup_start: ",
	} {
		s, err := decode(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || s != optim.Linear(3) {
			t.Errorf("decode(%q) made lin_3 %v with error %v, want it kept and %q in one line", text, s, err, want)
		}
	}
}

// TestScheduleCheck checks the errors of Check, for the bounds that agents use.
func TestScheduleCheck(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tc := range []struct {
		s           optim.Schedule
		least, most float64
		want        string
	}{
		{optim.Linear(1), 0, 1, ""}, {optim.Constant(0), 0, 1, ""}, {optim.Constant(-1), math.Inf(-1), inf, ""},
		{optim.Constant(-1), 0, math.MaxFloat32, "-1, want 0 or more"},
		{optim.Constant(1e300), 0, math.MaxFloat32, "1e+300, want 0 or more"},
		{optim.Linear(nan), 0, math.MaxFloat32, "lin_NaN, want 0 or more"},
		{optim.Constant(inf), 0, inf, "+Inf, want 0 or more"},
		{optim.Constant(nan), math.Inf(-1), inf, "NaN, want finite numbers"},
		{optim.Linear(1.5), 0, 1, "lin_1.5, want 0 … 1"},
		{optim.Linear(1).To(-0.5), 0, 1, "{start: 1, shape: lin, end: -0.5}, want 0 … 1"},
		{optim.Linear(1).To(2), 0, 1, "want 0 … 1"},
		{optim.Linear(1).Warmup(0.1, -1), 0, 1, "want 0 … 1"},
		{optim.Linear(1).Warmup(2, 0), 0, 1, "{start: 1, shape: lin, warmup_fraction: 2}, want a warmup_fraction"},
		{optim.Linear(1).Warmup(nan, 0), 0, 1, "want a warmup_fraction"},
		{optim.Linear(1).By(nan), 0, 1, "want an end_fraction"},
		{optim.Constant(1).To(0.5), 0, 1, "want a shape with an end"},
		{optim.Exponential(1, 0), 0, 1, "want a start and an end above 0"},
		{optim.Func("mine", math.Sqrt), 0, 1, ""},
		{optim.Func("mine", func(x float64) float64 { return 1 - 2*x }), 0, 1, "func(mine), want 0 … 1"},
		{optim.Func("mine", math.Log), 0, 1, "func(mine), want 0 … 1"},
		{optim.Func("mine", func(x float64) float64 { return math.Sqrt(0.5 - x) }), 0, 1, "func(mine), want 0 … 1"},
		{optim.Func("mine", math.Sqrt).To(1), 0, 1, "func(mine), want a function without"},
	} {
		err := tc.s.Check(tc.least, tc.most)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%v.Check(%v, %v) = %v, want %q in it", tc.s, tc.least, tc.most, err, tc.want)
		}
	}
}

// TestFunc checks that the function is called with the fraction of the run's steps. It also
// checks that a file has only the function's name, and that reading this file is an error.
func TestFunc(t *testing.T) {
	s := optim.Func("halves: of 1", func(progress float64) float64 { return math.Exp2(-8 * progress) })
	for step, want := range map[int]float64{-1: 1, 0: 1, 50: 1. / 16, 100: 1. / 256, 1000: 1. / 256} {
		if got := s.At(step, 100); got != want {
			t.Errorf("At(%d, 100) = %v, want %v", step, got, want)
		}
	}
	if got := s.Start(); got != 1 {
		t.Errorf("Start() = %v, want 1", got)
	}
	text := encode(t, s)
	if text != "rate: 'func(halves: of 1)'\n" {
		t.Errorf("written as %q, want its name", text)
	}
	if _, err := decodeFile(text); err == nil || !strings.Contains(err.Error(), "func(halves: of 1) is a function of the Go program") {
		t.Errorf("read back: error %v, want an error that says that it is a function", err)
	}
}

// TestFallsToZero checks which schedules are 0 at the end of a run. With such a schedule,
// training after the end would learn nothing.
func TestFallsToZero(t *testing.T) {
	for _, tc := range []struct {
		s    optim.Schedule
		want bool
	}{
		{optim.Constant(1), false}, {optim.Constant(0), false}, {optim.Linear(1), true}, {optim.Cosine(1), true},
		{optim.Linear(1).By(0.5), true}, {optim.Linear(1).Warmup(0.1, 0), true}, {optim.Constant(1).Warmup(0.1, 0), false},
		{optim.Linear(1).To(1e-5), false}, {optim.Cosine(1).To(1e-5), false}, {optim.Exponential(1, 1e-9), false},
		{optim.Func("", func(x float64) float64 { return 1 - x }), true}, {optim.Func("", func(x float64) float64 { return 2 - x }), false},
	} {
		if got := tc.s.FallsToZero(); got != tc.want {
			t.Errorf("%v.FallsToZero() = %v, want %v", tc.s, got, tc.want)
		}
	}
}

// randomSchedule returns a random Schedule for which Check returns no error.
func randomSchedule(rng *rand.Rand) optim.Schedule {
	for {
		x, end := rng.Float64(), rng.Float64()
		s := []optim.Schedule{optim.Constant(x), optim.Linear(x), optim.Cosine(x), optim.Exponential(x, end)}[rng.IntN(4)]
		if rng.IntN(2) == 0 {
			s = s.To(end)
		}
		if rng.IntN(2) == 0 {
			s = s.By(rng.Float64())
		}
		if rng.IntN(2) == 0 {
			s = s.Warmup(rng.Float64(), rng.Float64())
		}
		if s.Check(0, 1) == nil {
			return s
		}
	}
}

// TestScheduleProperties checks four properties of random schedules: the values are within Range,
// the last value is right, the values are monotonic after the warm-up, and the Schedule stays the
// same when it is written and read.
func TestScheduleProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := randomSchedule(rng)
		least, most := s.Range()
		const steps = 1000
		last, turns, direction := s.At(0, steps), 0, 0.
		for step := 1; step <= steps+10; step++ {
			x := s.At(step, steps)
			if !(least <= x && x <= most) {
				t.Fatalf("%v.At(%d, %d) = %v, not in its Range %v … %v", s, step, steps, x, least, most)
			}
			if d := x - last; d*direction < 0 {
				turns, direction = turns+1, d
			} else if d != 0 {
				direction = d
			}
			last = x
		}
		if turns > 1 || (s.At(steps, steps) == 0) != (s.FallsToZero() || s.Start() == 0) || last != s.At(steps, steps) {
			t.Errorf("%v turns %d times and ends at %v, %v beyond; FallsToZero() = %v", s, turns, s.At(steps, steps), last, s.FallsToZero())
		}
		if back, err := decodeFile(encode(t, s)); err != nil || back != s {
			t.Errorf("%v was written as %q and read as %v, %v", s, encode(t, s), back, err)
		}
		if back, err := decode(s.String()); err != nil || back != s {
			t.Errorf("%v was read as %v, %v", s, back, err)
		}
	}
}

// FuzzSchedule checks that any text causes an error of one line, or gives a Schedule of finite
// values that stays the same when it is written and read.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{"0.001", "lin_0.001", "cos_1e-4", "{start: 1, shape: lin, end: 0.1, warmup_fraction: 0.05, warmup_start: 1e-9}",
		"{start: 1, shape: exp, end: 1e-300, end_fraction: 0.5}", "func(x)", "[1]", "{start: &a 1}", "{start: -1, shape: const, end: -0}"} {
		f.Add(seed, uint16(500))
	}
	f.Fuzz(func(t *testing.T, text string, step uint16) {
		s, err := decode(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(text, "\n") {
				t.Errorf("an error of two lines: %q", err)
			}
			return
		}
		if x := s.At(int(step), 1000); x-x != 0 {
			t.Errorf("%v.At(%d, 1000) = %v", s, step, x)
		}
		if back, err := decode(s.String()); err != nil || back != s {
			t.Errorf("%q was read as %v, and that as %v, %v", text, s, back, err)
		}
	})
}

func TestScheduleAllocs(t *testing.T) {
	s := optim.Cosine(1).To(0.1).Warmup(0.5, 0)
	if n := testing.AllocsPerRun(10, func() { s.At(7, 10) }); n != 0 {
		t.Errorf("At allocates %v times, want 0", n)
	}
}

func ExampleSchedule() {
	rate := optim.Cosine(3e-4).To(1e-5).Warmup(0.05, 0)
	for _, step := range []int{0, 25_000, 50_000, 1_000_000} {
		fmt.Printf("%.3g ", rate.At(step, 1_000_000))
	}
	fmt.Println(rate)
	// Output: 0 0.00015 0.0003 1e-05 {start: 0.0003, shape: cos, end: 1e-05, warmup_fraction: 0.05}
}
