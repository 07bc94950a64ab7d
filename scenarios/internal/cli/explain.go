package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/nearest"
)

// An explanation is what a logged figure means.
type explanation struct{ name, meaning, healthy string }

// explanations has an explanation of each column of progress.csv and each figure of results.
var explanations = map[string]explanation{
	"eval/mean_reward":           {"mean return of evaluation", "Mean undiscounted return of eval.freq_episodes greedy episodes, in environments that training never sees.", "It rises, and ends near the threshold; far above rollout/ep_rew_mean means that exploring costs much."},
	"eval/mean_ep_length":        {"mean length of evaluation", "Mean number of steps of those episodes.", "It depends on the task: longer is better where surviving pays."},
	"rollout/env_NAME":           {"a figure of the environment's own", "Mean of what the environment measured as NAME in the last 100 training episodes: see env.Measured.", "What the environment says."},
	"rollout/ep_rew_mean":        {"mean return", "Mean undiscounted return of the last 100 training episodes, exploration and reward wrappers included.", "It rises, if not at every row; flat from the start means that nothing is learned."},
	"rollout/ep_len_mean":        {"mean episode length", "Mean number of steps of the last 100 training episodes.", "At the time limit throughout means that no episode ends by itself."},
	"time/episodes":              {"episodes", "Training episodes finished so far.", "If it hardly moves, statistics of episodes are late: episodes are long."},
	"time/fps":                   {"steps a second", "Environment steps a second of training so far.", "Hundreds of thousands for small networks and environments; rlrun bench says what this machine can do."},
	"time/time_elapsed":          {"seconds", "Seconds of training so far, evaluations not counted.", "–"},
	"time/total_timesteps":       {"environment steps", "Environment steps taken in training so far, over all environments.", "–"},
	"train/approx_kl":            {"divergence of the policy", "How far an iteration's updates moved the policy from the one that gathered the data: an estimate of the Kullback-Leibler divergence.", "About 0.003 to 0.03; above 0.1 updates are too large (lower learning_rate or n_epochs), near 0 they do nothing."},
	"train/clip_fraction":        {"share of clipped ratios", "Share of minibatch rows whose probability ratio left 1 ± clip_range.", "About 0.05 to 0.3."},
	"train/clip_range":           {"clip range", "ε of PPO's objective in this iteration, by its schedule.", "0.1 to 0.3."},
	"train/clip_range_vf":        {"clip range of values", "How far the value may move from its old prediction, by its schedule.", "–"},
	"train/entropy_loss":         {"negative entropy", "Minus the mean entropy of the policy's distributions, in nats.", "It begins at -log(actions) and rises slowly; near 0 early on the policy has stopped exploring: raise ent_coef."},
	"train/explained_variance":   {"explained variance", "Share of the returns' variance that the critic predicts: 1 - Var(error)/Var(returns).", "It rises towards 1; below 0 the critic is worse than a constant."},
	"train/learning_rate":        {"learning rate", "The optimiser's rate in this iteration, by its schedule.", "1e-5 to 3e-3 with Adam."},
	"train/loss":                 {"loss", "The whole loss, mean over the iteration's minibatches.", "Its size says little by itself; it should not blow up."},
	"train/n_updates":            {"updates", "Passes over rollouts so far.", "–"},
	"train/policy_gradient_loss": {"policy loss", "Minus the clipped surrogate objective.", "Slightly negative, and near 0."},
	"train/value_loss":           {"value loss", "Mean squared error of the critic's predictions.", "It falls once returns stop growing; beyond the square of the returns' scale, normalise rewards."},
	"train/exploration_rate":     {"exploration rate", "ε: the probability of a random action: 1 before learning starts, then by its schedule.", "It begins near 1 and ends near 0."},
	"train/policy_loss":          {"policy loss", "Minus the mean of log-probabilities times advantages.", "It wavers about 0; its sign says little."},
	"train/td_error":             {"temporal difference", "Mean squared difference between a step's target and the table, over the iteration.", "It falls; chance keeps it above 0 where the environment is random."},
	"train/actor_loss":           {"actor loss", "What the actor descends: minus the critics' value of its actions, with SAC plus α log π.", "It falls as returns grow; its size is that of the returns."},
	"train/critic_loss":          {"critic loss", "Mean squared error of the critics' values against their targets, over a minibatch.", "It does not vanish, as targets move; it should not blow up."},
	"train/ent_coef":             {"temperature", "SAC's α, or the weight of an entropy bonus that is scheduled: what a nat of entropy is worth.", "Where it is learned it falls from 1 to a small share of a reward."},
	"train/ent_coef_loss":        {"temperature loss", "What α descends: -log α times the entropy that is missing.", "Near 0 once the entropy is where it should be."},
	"eval.mean":                  {"mean return", "Mean undiscounted return of the final policy, greedy, over eval.episodes fresh episodes.", "Compare it with the threshold, and over seeds: one run says little."},
	"success_rate":               {"success rate", "Share of evaluation episodes whose return reached the threshold.", "1 where the task is solved."},
	"regret":                     {"regret", "Of a tabular environment: the optimal discounted value of the start less the greedy policy's exact value.", "0 is the optimum; nothing can be below."},
	"iqm":                        {"interquartile mean", "Mean of the middle half of the runs' scores: less at the mercy of single runs than the mean, and of more of them than the median.", "–"},
	"ci95":                       {"95 % interval", "Where the interquartile mean is with 95 % confidence, by bootstrap over the runs.", "Narrow enough to tell what is compared apart."},
}

// explainCommand says what a figure means.
func (a *App) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain KEY", Short: "what a logged figure means, and its healthy range", Args: oneArg("a figure's name, as in progress.csv"),
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
				return badInput{fmt.Errorf("no figure %q%s", key, nearest.Hint(key, slices.Values(words)))}
			}
			_, err := fmt.Fprintf(a.Out, "%s\n%s\nHealthy: %s\n", e.name, e.meaning, e.healthy)
			return err
		},
	}
}
