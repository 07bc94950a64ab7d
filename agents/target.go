package agents

// A target is the value of a next state that an agent learns from. Sutton and Barto 2018,
// "Reinforcement learning", chapter 6.
type target int

const (
	qLearning     target = iota // max Q(s', ·): Watkins 1989; section 6.5
	sarsa                       // Q(s', a') of the next action a': section 6.4
	expectedSARSA               // Σ π(a'|s') Q(s', a') of an ε-greedy π: section 6.6
	doubleQ                     // Q₂(s', argmax Q₁(s', ·)), for one of two tables: section 6.7
)
