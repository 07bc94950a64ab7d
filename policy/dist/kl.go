package dist

// ApproximateKL returns an estimate of the Kullback-Leibler divergence of a policy from
// the one that acted, E[(r - 1) - log r], given log r and r of the actions: Schulman
// 2020, "Approximating KL divergence", the estimator k₃.
func ApproximateKL(logRatio, ratio []float32) float64 {
	var kl float64
	for i, r := range ratio {
		kl += float64(r) - 1 - float64(logRatio[i])
	}
	return kl / float64(len(ratio))
}
