package agents

// A Config is a pointer to the settings of one algorithm: a struct with yaml tags that
// embeds Setup, which brings Base. With a Config and a constructor an algorithm can be
// named in a scenario: see package scenario.
type Config interface {
	// Base returns the settings that belong to the run: seed, steps, environments, engine.
	Base() *Setup

	// Complete writes out the defaults that depend on other settings.
	Complete() error

	// Discount returns γ, by which a tabular environment's exact regret discounts.
	Discount() float32
}
