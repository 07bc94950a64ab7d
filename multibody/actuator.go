package multibody

// An Actuator puts a force on a joint that is linear in a control, and in the joint's position and
// velocity, as MuJoCo's motor, position and velocity actuators:
//
//	force = gear · (Gain·ctrl + Bias[0] + Bias[1]·gear·q + Bias[2]·gear·v)
type Actuator struct {
	Name    string
	Joint   string  // name of a hinge or a slide
	Gear    float64 // force for a control of 1 [N m or N]
	Gain    float64
	Bias    [3]float64
	Limited bool       // controls are clipped to Range
	Range   [2]float64 // smallest and largest control

	ForceLimited bool       // the force before the last multiplication by Gear is clipped to ForceRange
	ForceRange   [2]float64 // smallest and largest force
}

// Motor returns an Actuator whose force is gear·ctrl, with controls clipped to [low, high].
func Motor(joint string, gear, low, high float64) Actuator {
	return Actuator{Joint: joint, Gear: gear, Gain: 1, Limited: true, Range: [2]float64{low, high}}
}

// Position returns an Actuator that pulls a joint to the position ctrl as a spring of stiffness kp
// [N m/rad or N/m] with a damper kv [N m s/rad or N s/m], with controls clipped to [low, high].
func Position(joint string, kp, kv, low, high float64) Actuator {
	return Actuator{Joint: joint, Gear: 1, Gain: kp, Bias: [3]float64{0, -kp, -kv}, Limited: true, Range: [2]float64{low, high}}
}

// Velocity returns an Actuator that pulls a joint to the velocity ctrl as a damper kv
// [N m s/rad or N s/m], with controls clipped to [low, high].
func Velocity(joint string, kv, low, high float64) Actuator {
	return Actuator{Joint: joint, Gear: 1, Gain: kv, Bias: [3]float64{0, 0, -kv}, Limited: true, Range: [2]float64{low, high}}
}
