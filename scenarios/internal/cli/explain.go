package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/nearest"
)

// An explanation explains a metric. The name is also its label in plots.
type explanation struct{ name, meaning, healthy string }

// explanations contains an explanation of each column of progress.csv and of each metric of
// results.
var explanations = map[string]explanation{
	"eval/mean_reward":           {"mean return of evaluations", "Mean undiscounted return of eval.freq_episodes greedy episodes, played during training in environments of their own.", "It rises and ends near the threshold. If it is far above rollout/ep_rew_mean, exploration costs much of the return."},
	"eval/mean_ep_length":        {"mean episode length of evaluation", "Mean number of steps of the evaluation episodes.", "It depends on the task. Longer episodes are better where every step gives a positive reward."},
	"rollout/env_NAME":           {"metric of the environment", "Mean over the last 100 training episodes of NAME, a metric that the environment itself reports (env.Measured).", "See the documentation of the environment."},
	"rollout/ep_rew_mean":        {"mean return of training episodes", "Mean undiscounted return of the last 100 training episodes, with exploration and reward wrappers.", "It rises over time, but not in every row. If it stays flat from the start, the agent learns nothing."},
	"rollout/ep_len_mean":        {"mean episode length", "Mean number of steps of the last 100 training episodes.", "It depends on the task. If it always equals the time limit, every episode is truncated."},
	"time/episodes":              {"episodes", "Number of training episodes finished so far.", "It grows steadily. If it grows slowly, episodes are long, and the means over 100 episodes show a change late."},
	"time/fps":                   {"steps per second", "Environment steps per second of training so far.", "Hundreds of thousands with small networks and fast environments. rlrun bench measures this machine."},
	"time/time_elapsed":          {"seconds", "Seconds of training so far, without evaluations.", "It has no healthy range."},
	"time/total_timesteps":       {"environment steps", "Environment steps of training so far, in all environments together.", "It has no healthy range."},
	"train/approx_kl":            {"approximate KL divergence", "Estimate of the Kullback-Leibler divergence between the policy that collected the rollout and the updated policy: how far the updates of an iteration moved the policy.", "About 0.003 to 0.03. Above 0.1 the updates are too large: lower learning_rate or n_epochs. Near 0 the updates change almost nothing."},
	"train/clip_fraction":        {"fraction of clipped ratios", "Fraction of minibatch rows whose probability ratio was outside 1 ± clip_range.", "About 0.05 to 0.3."},
	"train/clip_range":           {"clip range", "Clip range ε of PPO's objective in this iteration. Its schedule gives the value.", "0.1 to 0.3."},
	"train/clip_range_vf":        {"clip range of the values", "How far a predicted value may move from the old prediction in this iteration. Its schedule gives the value.", "It has no healthy range."},
	"train/entropy_loss":         {"negative entropy", "Minus the mean entropy of the policy's action distributions, in nats.", "With n discrete actions it starts at -log(n) and rises slowly. If it is near 0 early in training, the policy has stopped exploring: raise ent_coef."},
	"train/explained_variance":   {"explained variance", "Share of the variance of the returns that the critic predicts: 1 - Var(error)/Var(returns).", "It rises towards 1. Below 0 the critic is worse than a constant prediction."},
	"train/learning_rate":        {"learning rate", "Learning rate of the optimiser in this iteration. Its schedule gives the value.", "1e-5 to 3e-3 with Adam."},
	"train/loss":                 {"loss", "Total loss, averaged over the minibatches of the iteration.", "Its size alone says little. It must not grow without bound."},
	"train/n_updates":            {"updates", "Number of updates so far: passes over rollouts with on-policy agents such as ppo, gradient steps with off-policy agents such as dqn.", "It has no healthy range."},
	"train/policy_gradient_loss": {"policy loss", "Minus the clipped surrogate objective of PPO.", "Slightly negative and near 0."},
	"train/value_loss":           {"value loss", "Mean squared error of the critic's value predictions.", "It falls once the returns stop growing. If it stays above the square of typical returns, normalise rewards: agent.normalize.norm_reward."},
	"train/exploration_rate":     {"exploration rate", "Probability ε of a random action: 1 until learning starts, then given by its schedule.", "It starts near 1 and ends near 0."},
	"train/policy_loss":          {"policy loss", "Minus the mean of log-probability times advantage.", "It varies around 0. Its sign says little."},
	"train/td_error":             {"squared TD error", "Mean of the squared TD errors of the iteration. A TD error is the target of a step minus the old value estimate.", "It falls. Where transitions or rewards are random it stays above 0."},
	"train/actor_loss":           {"actor loss", "Loss of the actor: minus the critics' value of its actions; with SAC plus α log π.", "It falls as the returns grow. It has the size of the returns."},
	"train/critic_loss":          {"critic loss", "Mean squared error between the critics' values and their targets, over a minibatch.", "It stays above 0, because the targets move. It must not grow without bound."},
	"train/ent_coef":             {"entropy coefficient", "How much reward one nat of entropy is worth. With SAC it is the temperature α, with other agents the weight of the entropy bonus, if it has a schedule.", "If SAC learns it, it falls from 1 to a small fraction of a typical reward."},
	"train/ent_coef_loss":        {"loss of the entropy coefficient", "Loss of SAC's temperature α: -log α times (target entropy - entropy of the policy).", "Near 0 once the entropy is near its target."},
	"train/lag_max":              {"largest lag", "Largest number of publications of weights between the start of a trajectory and its use, so far.", "A few times lag_p99. Trajectories beyond max_lag are dropped."},
	"train/lag_p50":              {"median lag", "Median number of publications of weights between the start of a trajectory and its use, so far.", "About (queue_depth + actors) / batch_size with impala, or less."},
	"train/lag_p99":              {"99th percentile of the lag", "Publications of weights between the start of a trajectory and its use: 99 of 100 trajectories have no more.", "About (queue_depth + actors) / batch_size with impala. A smaller queue_depth makes it smaller."},
	"train/trajectories":         {"trajectories", "Number of trajectories that the learner has learned from.", "It has no healthy range."},
	"train/trajectories_doubled": {"doubled trajectories", "Number of trajectories that came twice and were ignored.", "0 on one machine, and near 0 with a hub."},
	"train/trajectories_dropped": {"dropped trajectories", "Number of trajectories that were older than max_lag and were dropped.", "0, or a small share of the trajectories."},
	"train/trajectories_refused": {"refused trajectories", "How often an actor found the queue full and waited.", "If it is 0, the learner waits for the actors; if it is near the number of trajectories, the actors wait for the learner."},
	"eval.mean":                  {"mean return", "Mean undiscounted return of the final policy over eval.episodes fresh episodes, with greedy actions.", "At or above the threshold. Train several seeds, because one run says little."},
	"success_rate":               {"success rate", "Share of evaluation episodes whose return reached the threshold.", "1 if the task is solved."},
	"regret":                     {"regret", "For a tabular environment: the optimal discounted value of the start state minus the exact value of the greedy policy.", "0, which is optimal. It is never negative."},
	"iqm":                        {"interquartile mean", "Mean of the middle half of the runs' scores. A single unusual run has less influence on it than on the mean, and it depends on half of the runs, where the median depends only on the middle one.", "It has no healthy range."},
	"ci95":                       {"95 % confidence interval", "Interval that contains the interquartile mean with 95 % confidence, by bootstrap over the runs.", "Narrow enough to tell the compared settings apart."},
}

// explainCommand returns the command rlrun explain.
func (a *App) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain KEY", Short: "explain a metric, and its healthy range", Args: oneArg("the name of a metric in progress.csv"),
		Long: `rlrun explain KEY explains a metric: its meaning, and the range of values in healthy training.
KEY is a column of progress.csv, for example train/approx_kl or approx_kl, or a metric
of results: eval.mean, success_rate, regret, iqm or ci95.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return slices.Sorted(maps.Keys(explanations)), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			key := args[0]
			if strings.HasPrefix(strings.TrimPrefix(key, "rollout/"), "env_") {
				key = "rollout/env_NAME"
			}
			e, ok := explanations[key]
			for _, prefix := range []string{"train/", "rollout/", "eval/", "time/"} {
				if !ok {
					e, ok = explanations[prefix+key]
				}
			}
			if !ok {
				var words []string
				for k := range explanations {
					words = append(words, k, k[strings.Index(k, "/")+1:])
				}
				return badInput{fmt.Errorf("no metric %q%s", key, nearest.Hint(key, slices.Values(words)))}
			}
			_, err := fmt.Fprintf(a.Out, "%s\n%s\nHealthy: %s\n", e.name, e.meaning, e.healthy)
			return err
		},
	}
}
