package planar

import "math"

// The constants of b2Settings.h, in metres, seconds and radians. The hexadecimal numbers are
// float32 products: Go would compute the product of constants exactly. A test compares both.
const (
	pi           = float32(math.Pi)
	epsilon      = float32(0x1p-23) // distance from 1 to the next float32
	epsilon2     = float32(0x1p-46)
	largest      = float32(math.MaxFloat32)
	maxVertices  = 8     // of a polygon
	linearSlop   = 0.005 // allowed penetration
	skin         = 0.01  // radius of polygons and edges
	boxMargin    = 0.1   // boxes in the tree are larger than shapes
	boxLookahead = 2     // and reach this many times as far as the shape has moved

	angularSlop          = float32(0x1.1df46cp-5) // 2°
	maxLinearCorrection  = 0.2                    // in one position iteration
	maxAngularCorrection = float32(0x1.1df46cp-3) // 8°

	maxTranslation  = float32(2) // the longest way in a step
	maxTranslation2 = float32(4)
	maxRotation     = float32(0x1.921fb6p0)   // ½π, the largest rotation in a step
	maxRotation2    = float32(0x1.3bd3cep1)   // its square
	weldDistance2   = float32(0x1.a36e2ep-18) // square of ½ linearSlop: nearer points of a polygon are one
	bounceSpeed     = float32(1)              // slower contacts do not bounce
	timeToSleep     = float32(0.5)            // an island that rests for so long sleeps
	sleepSpeed2     = float32(0x1.a36e2ep-14) // 0.01², of a body at rest
	sleepSpin2      = float32(0x1.3f6a22p-10) // (2°)², of a body at rest
	third           = float32(1.0) / 3        // for centroids
	twoPi           = float32(0x1.921fb6p2)   // for angles
	positionRate    = float32(0.2)            // share of an overlap that a position iteration removes
	impactRate      = float32(0.75)           // the same at a time of impact
	maxSubSteps     = 8                       // times of impact of a contact in a step
	maxImpactRows   = 32                      // contacts of a time of impact
	impactPosSteps  = 20                      // position iterations of a time of impact
	lastImpact      = float32(0x1.ffffd8p-1)  // 1 - 10 epsilon: a later time of impact is the step's end
	touchDistance   = float32(0x1.4p-20)      // 10 epsilon: nearer sensors touch
	impactTolerance = float32(0x1.47ae14p-10) // ¼ linearSlop, of the distance at a time of impact
	condition       = float32(1000)           // largest condition number of a contact's two rows
	faceBias        = float32(0.98)           // the other shape's face must be so much better
	faceBiasMargin  = float32(0.001)          // and this much
	settledOverlap  = float32(-0x1.eb851ep-7) // -3 linearSlop: position iterations end above
	impactOverlap   = float32(-0x1.eb851ep-8) // -1½ linearSlop, the same at a time of impact
	threeSlops      = float32(0x1.eb851ep-7)  // 3 linearSlop
)
