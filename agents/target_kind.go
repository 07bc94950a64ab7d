package agents

// A targetKind is the kind of value V(s') in the targets r + γ V(s') of a tabular or linear
// agent. The sections are of Sutton and Barto 2018, "Reinforcement learning".
type targetKind int

const (
	qLearning     targetKind = iota // max Q(s', ·): Watkins 1989; section 6.5
	sarsa                           // Q(s', a') for the next action a': section 6.4
	expectedSARSA                   // Σ π(a'|s') Q(s', a') for the ε-greedy policy π: section 6.6
	doubleQ                         // Q₂(s', argmax Q₁(s', ·)) when Q₁ learns, and the reverse when Q₂ learns: section 6.7
)
