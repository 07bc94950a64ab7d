package f32

// quadPanels computes products with matrices in panels, with vectors of four numbers.
var quadPanels = panelBlocks{
	lanes: 4, highest: 4, widest: [9]int{1: 4, 2: 4, 3: 4, 4: 4}, widestTable: 4, depth: 20 << 10,
	indexed: [9][5]indexedFunc{
		1: {1: indexed1x1NEON, 2: indexed1x2NEON, 3: indexed1x3NEON, 4: indexed1x4NEON},
		2: {1: indexed2x1NEON, 2: indexed2x2NEON, 3: indexed2x3NEON, 4: indexed2x4NEON},
		3: {1: indexed3x1NEON, 2: indexed3x2NEON, 3: indexed3x3NEON, 4: indexed3x4NEON},
		4: {1: indexed4x1NEON, 2: indexed4x2NEON, 3: indexed4x3NEON, 4: indexed4x4NEON},
	},
	panel: [9][9]panelFunc{
		1: {1: panel1x1NEON, 2: panel1x2NEON, 3: panel1x3NEON, 4: panel1x4NEON},
		2: {1: panel2x1NEON, 2: panel2x2NEON, 3: panel2x3NEON, 4: panel2x4NEON},
		3: {1: panel3x1NEON, 2: panel3x2NEON, 3: panel3x3NEON, 4: panel3x4NEON},
		4: {1: panel4x1NEON, 2: panel4x2NEON, 3: panel4x3NEON, 4: panel4x4NEON},
	},
}
