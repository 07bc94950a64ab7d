package scenario_test

import (
	"reflect"
	"testing"

	"github.com/rlrun/rlrun/scenario"
)

// TestLearningSettings checks that LearningSettings change with the learning rate, the steps and
// the environment, and do not change with the seed, the name, the log interval or the target. If
// an evaluation can end training, they must also change with the target.
func TestLearningSettings(t *testing.T) {
	base, err := mustRead(t, full).LearningSettings()
	if err != nil || len(base) < 20 {
		t.Fatalf("LearningSettings = %v, %v, want all that learning depends on", base, err)
	}
	for _, tc := range []struct {
		sets []string
		want []scenario.Difference
	}{
		{[]string{"seed=1", "name=other", "log_interval=9", "kernels=none", "target=1", "eval.episodes=3", "eval.freq=7", "published=x", "env.parallel=2"}, nil},
		{[]string{"agent.gamma=0.5"}, []scenario.Difference{{"agent.gamma", []string{"0.9", "0.5"}}}},
		{[]string{"agent.policy_kwargs.net_arch=[3]", "steps=5000"}, []scenario.Difference{
			{"agent.policy_kwargs.net_arch", []string{"[8, 4]", "[3]"}}, {"steps", []string{"4000", "5000"}},
		}},
		{[]string{"env.options.high=0.3", "env.wrappers=[]"}, []scenario.Difference{
			{"env.options.high", []string{"0.2", "0.3"}}, {"env.wrappers", []string{"[{sticky_action: 0.25}, {scale_reward: 0.5}]", "[]"}},
		}},
	} {
		other, err := mustRead(t, full, tc.sets...).LearningSettings()
		if got := scenario.Differences(base, other); err != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("Differences with %v = %v, %v, want %v", tc.sets, got, err, tc.want)
		}
	}
	one, err := mustRead(t, full, "eval.stop_at_threshold=true").LearningSettings()
	other, err2 := mustRead(t, full, "eval.stop_at_threshold=true", "target=1").LearningSettings()
	if got := scenario.Differences(one, other); err != nil || err2 != nil || len(got) != 1 || got[0].Key != "target" {
		t.Errorf("Differences where evaluations end training = %v, %v, %v, want the target", got, err, err2)
	}
}
