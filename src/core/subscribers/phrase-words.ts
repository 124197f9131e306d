/** Short words that are easy to remember and to tell apart; four of them make a phrase. */
export const PHRASE_WORDS: readonly string[] = `
acorn amber anchor apple apron arrow attic autumn bakery bamboo barley basket beacon bench berry birch biscuit blanket
blossom bottle bramble branch breeze bridge bright brook bucket butter button cabin candle canvas carrot castle cedar
cellar chalk cherry chimney cinnamon circle clay clover cobalt coffee comet copper coral corner cotton cradle crayon
cricket crystal curtain daisy dawn desert dolphin donkey drift drum dune eagle echo ember engine evening falcon
feather fern fiddle field finch flannel flour forest fossil fountain frost garden garlic geyser ginger glacier
glider granite grape gravel hammer harbor harvest hazel heather hedge helmet heron hickory hill honey horizon
indigo island ivory jacket jasmine jigsaw juniper kettle kitchen kite ladder lagoon lantern lark laurel lemon lentil
library lilac linen lizard locket lotus magnet mango maple marble meadow melon mirror mitten molten morning mosaic
mountain mustard needle nettle nutmeg oatmeal ocean olive onion orbit orchard otter oxygen paddle pancake paper
parsley pebble pelican pencil pepper piano picnic pigeon pillow pine planet plum pocket pollen poplar potter prairie
pumpkin quarry quartz quilt rabbit radish rain raven ribbon river robin rocket rosemary saddle saffron sailor salmon
sand sapphire scarf season shadow shell shovel silver sketch slate snow sparrow spiral spoon spring squirrel starling
stone story summer sunday swallow tablet tangerine teapot thimble thistle thunder timber tomato tower trumpet tulip
tunnel turnip umbrella valley vanilla velvet village violet violin walnut water whistle willow window winter yellow
`
  .trim()
  .split(/\s+/);
