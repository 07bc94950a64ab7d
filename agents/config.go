package agents

// A Config is a pointer to the settings of one algorithm: a struct with yaml tags that embeds
// Setup, which has the method Base. An algorithm with a Config and a constructor can be named
// in a scenario: see scenario.NewAgent.
type Config interface {
	// Base returns the settings of the run: seed, steps, environments and engine.
	Base() *Setup

	// Complete fills in default values that depend on other settings.
	Complete() error

	// Discount returns the discount γ. The exact regret on a tabular environment uses it.
	Discount() float32
}
