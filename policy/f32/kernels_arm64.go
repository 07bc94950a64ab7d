package f32

// available returns the kernels that this machine can run, the fastest last.
func available() []*kernels { return []*kernels{&generic, &neon} }

// neon are the kernels in assembly. Every arm64 processor has their instructions.
var neon = kernels{
	name: "neon",
	add:  addNEON, sub: subNEON, mul: mulNEON, mulAdd: mulAddNEON, min: minNEON,
	affine: affineNEON, axpy: axpyNEON, blend: blendNEON, clip: clipNEON,
	exp: expNEON, log: logNEON,
	minGrad: minGradNEON, clipGrad: clipGradNEON,
	activate: activateNEON,
	activateSlope: [activations]func(y, slope, x []float32){
		SELUAct: seluSlopeNEON, GELUAct: geluSlopeNEON, GELUTanhAct: geluTanhSlopeNEON, SoftplusAct: softplusSlopeNEON, SiLUAct: siluSlopeNEON, MishAct: mishSlopeNEON,
		HardswishAct: hardswishSlopeNEON,
	},
	layerGrad: [activations]func(dy, kept, db []float32, n int){
		Identity: identityLayerNEON, ReLUAct: reluLayerNEON, TanhAct: tanhLayerNEON, SigmoidAct: sigmoidLayerNEON, ELUAct: eluLayerNEON, SELUAct: slopeLayerNEON,
		GELUAct: slopeLayerNEON, GELUTanhAct: slopeLayerNEON, LeakyReLUAct: leakyReLULayerNEON, SoftplusAct: slopeLayerNEON, SiLUAct: slopeLayerNEON,
		MishAct: slopeLayerNEON, HardtanhAct: hardtanhLayerNEON, HardswishAct: slopeLayerNEON,
	},
	sum:        func(x []float32) float64 { return inBlocks(x, sumBlocksNEON, sumGeneric) },
	sumSquares: func(x []float32) float64 { return inBlocks(x, sumSquaresBlocksNEON, sumSquaresGeneric) },
	sumRows:    func(dst, x []float32, n int) { identityLayerNEON(x, x, dst, n) },
	gae:        gaeNEON, gather: gatherNEON, normalize: normalizeGeneric,
	adam: func(p, g, m, v []float32, s AdamStep) {
		adamNEON(p, g, m, v, s.Scale, s.Beta1, s.Beta2, s.Rest1, s.Rest2, s.Rate, s.RootScale, s.Epsilon)
	},
	rms: func(p, g, v []float32, s RMSStep) {
		rmsNEON(p, g, v, s.Scale, s.Keep, s.Add, s.Rate, s.Inside, s.Outside)
	},
	dense: quads.dense, denseInput: quads.denseInput, denseWeight: quads.denseWeight,
	linear: quads.linear, linearInput: quads.linearInput, linearWeight: quads.linearWeight,
	denseRow: denseRowNEON, minRow: 4, narrow: narrowNEON,
	panel: quadPanels.multiply, indexed: quadPanels.multiplyIndexed, pack: packNEON, packTransposed: packTransposedNEON,
	fromBytes: fromBytesSlicesNEON, unit: unitNEON,
	lstmGates: lstmGatesSlicesNEON, lstmGatesGrad: lstmGatesGradSlicesNEON, gruGates: gruGatesSlicesNEON, gruGatesGrad: gruGatesGradSlicesNEON,
	softmax: softmaxSlicesNEON, softmaxGrad: softmaxGradSlicesNEON, layerNorm: layerNormSlicesNEON, layerNormGrad: layerNormGradSlicesNEON,
	maxPool: maxPoolSlicesNEON, maxPoolGrad: maxPoolGradSlicesNEON,
}

// activateNEON are the functions f of y = f(x).
var activateNEON = [activations]func(dst, x []float32){
	Identity: genericActivate[Identity], ReLUAct: reluNEON, TanhAct: tanhNEON, SigmoidAct: sigmoidNEON, ELUAct: eluNEON, SELUAct: seluNEON,
	GELUAct: geluNEON, GELUTanhAct: geluTanhNEON, LeakyReLUAct: leakyReLUNEON, SoftplusAct: softplusNEON, SiLUAct: siluNEON, MishAct: mishNEON,
	HardtanhAct: hardtanhNEON, HardswishAct: hardswishNEON,
}

// quads computes matrix products with vectors of four numbers.
var quads = products{
	lanes: 4, shift: 2, rows: []int{4, 2, 1}, widest: 4, widestRow: 8,
	block: [9][9]blockFunc{
		1: {1: product1x1NEON, 2: product1x2NEON, 3: product1x3NEON, 4: product1x4NEON, 8: product1x8NEON},
		2: {1: product2x1NEON, 2: product2x2NEON, 3: product2x3NEON, 4: product2x4NEON},
		4: {1: product4x1NEON, 2: product4x2NEON, 3: product4x3NEON, 4: product4x4NEON},
	},
	pack:      [5]packFunc{1: pack1NEON, 2: pack2NEON, 3: pack3NEON, 4: pack4NEON},
	transpose: transposeNEON, narrow: narrowNEON, activate: &activateNEON, panels: &quadPanels, packPanel: packNEON,
}
