package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestDescribe checks the description of networks in JSON and as text. The numbers of nature are by
// hand, and those of its multiply-adds too: 20·20 pixels of 32 sums of 8·8·4 terms, 9·9 of 64 sums of 4·4·32,
// 7·7 of 64 sums of 3·3·64, and 3136·512.
func TestDescribe(t *testing.T) {
	a := inEmptyDir(t)
	args := []string{"describe", "cartpole-ppo", "--set", "env.wrappers=[{pixels: 84x84, gray: true}, {frame_stack: 4}]"}
	var d description
	if err := json.Unmarshal([]byte(a.must(t, append(args, "--json")...)), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Networks) != 3 || d.Networks[0].Name != "trunk" || len(d.Networks[0].Layers) != 9 {
		t.Fatalf("describe --json = %+v, want trunk, actor and critic", d)
	}
	trunk := d.Networks[0]
	const parameters = 8*8*4*32 + 32 + 4*4*32*64 + 64 + 3*3*64*64 + 64 + 3136*512 + 512
	const multiplyAdds = 20*20*32*8*8*4 + 9*9*64*4*4*32 + 7*7*64*3*3*64 + 3136*512
	if trunk.Parameters != parameters || trunk.WeightBytes != 4*parameters || trunk.MulAdds != multiplyAdds || trunk.Memory != 0 {
		t.Errorf("the trunk has the costs %+v, want %d parameters and %d multiply-adds", trunk.costs, parameters, multiplyAdds)
	}
	if want := 4 * (2*(20*20*32+9*9*64+7*7*64) + 3136 + 2*512); trunk.ActivationBytes != want {
		t.Errorf("the trunk has %d bytes of outputs, want %d", trunk.ActivationBytes, want)
	}
	text := a.must(t, args...)
	for _, want := range []string{"observations: an Image of 84×84×4", "trunk.0   conv2d 32, kernel 8, stride 4", "20×20×32", "actor.0"} {
		if !strings.Contains(text, want) {
			t.Errorf("describe prints\n%s, want %q in it", text, want)
		}
	}
	text = a.must(t, "describe", "cartpole-ppo", "--set", "agent.policy_kwargs.layers=[{residual: [{linear: 4}, tanh]}, {lstm: 8}]")
	for _, want := range []string{"\n    actor.0.1     tanh ", "lstm 8", "32 numbers remembered"} {
		if !strings.Contains(text, want) {
			t.Errorf("describe prints\n%s, want %q in it", text, want)
		}
	}
	if text := a.must(t, "describe", "Taxi-v4", "--agent", "qlearning"); !strings.Contains(text, "qlearning has no networks") {
		t.Errorf("describe of a table prints\n%s", text)
	}
	for arg, want := range map[string]string{"cartpole-pp": "cartpole-ppo", "CartPole-v1": "--agent NAME"} {
		if status, _, text := a.call("describe", arg); status != statusBadInput || !strings.Contains(text, want) {
			t.Errorf("describe %s: status %d, %s, want %q in it", arg, status, text, want)
		}
	}
}
