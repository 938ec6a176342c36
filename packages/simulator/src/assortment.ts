import type { Shape } from "./picture-shapes"

/** What a kind of product is called, looks like, costs and goes with. */
export interface Kind {
  name: string
  shape: Shape
  /** Price in EUR of an ordinary one. */
  price: number
  materials: readonly string[]
  /** Demand through the year: +1 belongs to July, -1 to January, 0 to no season. */
  summer: number
  /** Kind that is often bought along with it. */
  goesWith?: string
}

export interface Assortment {
  /** Category name; its handle is the name in lower case. */
  name: string
  option: string
  values: readonly string[]
  kinds: readonly Kind[]
}

/** One colour family: taste goes by family, names vary. */
export interface Colour {
  name: string
  hex: string
  names: readonly string[]
}

export const COLOURS: readonly Colour[] = [
  { name: "Red", hex: "#c8463d", names: ["Brick", "Cherry"] },
  { name: "Orange", hex: "#e08a3c", names: ["Amber", "Apricot"] },
  { name: "Yellow", hex: "#e3c14f", names: ["Straw", "Mustard"] },
  { name: "Green", hex: "#5f8f5a", names: ["Moss", "Sage"] },
  { name: "Blue", hex: "#3f6ea3", names: ["Harbour", "Indigo"] },
  { name: "Violet", hex: "#7d5a9b", names: ["Plum", "Lavender"] },
  { name: "Grey", hex: "#7e858c", names: ["Slate", "Pebble"] },
  { name: "Sand", hex: "#cbb592", names: ["Oat", "Dune"] },
]

/** A maker has a style of its own, which shoppers like or not. */
export interface Maker {
  name: string
  style: string
  /** Factor on the price of the kind. */
  price: number
}

export const MAKERS: readonly Maker[] = [
  { name: "Arlo & Finch", style: "minimal", price: 1.15 },
  { name: "Holm", style: "rustic", price: 0.9 },
  { name: "Vivo", style: "playful", price: 0.7 },
  { name: "Ashdown", style: "classic", price: 1.5 },
]

export const ASSORTMENTS: readonly Assortment[] = [
  {
    name: "Clothing",
    option: "Size",
    values: ["S", "M", "L", "XL"],
    kinds: [
      { name: "T-Shirt", shape: "tee", price: 24, materials: ["Cotton", "Linen"], summer: 0.6 },
      { name: "Shirt", shape: "shirt", price: 49, materials: ["Linen", "Oxford Cotton"], summer: 0.1 },
      {
        name: "Sweater",
        shape: "sweater",
        price: 79,
        materials: ["Merino", "Lambswool"],
        summer: -0.8,
        goesWith: "Scarf",
      },
      { name: "Hoodie", shape: "hoodie", price: 59, materials: ["Fleece", "Organic Cotton"], summer: -0.3 },
      { name: "Scarf", shape: "scarf", price: 32, materials: ["Merino", "Mohair"], summer: -0.9 },
    ],
  },
  {
    name: "Shoes",
    option: "Size",
    values: ["38", "40", "42", "44"],
    kinds: [
      { name: "Sneaker", shape: "sneaker", price: 89, materials: ["Canvas", "Suede"], summer: 0.2 },
      { name: "Boot", shape: "boot", price: 139, materials: ["Leather", "Nubuck"], summer: -0.8 },
      { name: "Sandal", shape: "sandal", price: 55, materials: ["Cork", "Leather"], summer: 0.9 },
      { name: "Loafer", shape: "loafer", price: 109, materials: ["Leather", "Suede"], summer: 0 },
      { name: "Slipper", shape: "slipper", price: 39, materials: ["Felt", "Wool"], summer: -0.7 },
    ],
  },
  {
    name: "Bags",
    option: "Volume",
    values: ["Regular", "Large"],
    kinds: [
      {
        name: "Backpack",
        shape: "backpack",
        price: 84,
        materials: ["Canvas", "Recycled Nylon"],
        summer: 0.3,
        goesWith: "Bottle",
      },
      { name: "Tote", shape: "tote", price: 29, materials: ["Canvas", "Jute"], summer: 0.4 },
      {
        name: "Messenger Bag",
        shape: "messenger",
        price: 94,
        materials: ["Waxed Cotton", "Leather"],
        summer: 0,
      },
      { name: "Pouch", shape: "pouch", price: 19, materials: ["Felt", "Leather"], summer: 0 },
      {
        name: "Weekender",
        shape: "weekender",
        price: 129,
        materials: ["Canvas", "Leather"],
        summer: 0.2,
        goesWith: "Towel",
      },
    ],
  },
  {
    name: "Kitchen",
    option: "Set",
    values: ["Single", "Set of four"],
    kinds: [
      { name: "Mug", shape: "mug", price: 14, materials: ["Stoneware", "Porcelain"], summer: -0.3 },
      { name: "Bowl", shape: "bowl", price: 17, materials: ["Stoneware", "Ash Wood"], summer: 0 },
      {
        name: "Plate",
        shape: "plate",
        price: 16,
        materials: ["Stoneware", "Porcelain"],
        summer: 0,
        goesWith: "Bowl",
      },
      {
        name: "Teapot",
        shape: "teapot",
        price: 48,
        materials: ["Cast Iron", "Porcelain"],
        summer: -0.6,
        goesWith: "Mug",
      },
      { name: "Carafe", shape: "carafe", price: 36, materials: ["Glass", "Stoneware"], summer: 0.7 },
    ],
  },
  {
    name: "Lighting",
    option: "Light",
    values: ["Warm", "Neutral"],
    kinds: [
      { name: "Table Lamp", shape: "tableLamp", price: 99, materials: ["Brass", "Oak"], summer: -0.4 },
      { name: "Floor Lamp", shape: "floorLamp", price: 189, materials: ["Steel", "Oak"], summer: -0.4 },
      { name: "Pendant", shape: "pendant", price: 119, materials: ["Paper", "Steel"], summer: -0.2 },
      { name: "Lantern", shape: "lantern", price: 45, materials: ["Steel", "Glass"], summer: 0.6 },
      { name: "Candle Holder", shape: "candle", price: 22, materials: ["Brass", "Marble"], summer: -0.8 },
    ],
  },
  {
    name: "Outdoor",
    option: "Edition",
    values: ["Light", "Tour"],
    kinds: [
      {
        name: "Tent",
        shape: "tent",
        price: 249,
        materials: ["Ripstop", "Canvas"],
        summer: 0.9,
        goesWith: "Sleeping Bag",
      },
      { name: "Sleeping Bag", shape: "sleepingBag", price: 129, materials: ["Down", "Ripstop"], summer: 0.7 },
      { name: "Camp Chair", shape: "chair", price: 69, materials: ["Ash Wood", "Aluminium"], summer: 0.9 },
      { name: "Bottle", shape: "bottle", price: 27, materials: ["Steel", "Tritan"], summer: 0.5 },
      { name: "Hammock", shape: "hammock", price: 74, materials: ["Cotton", "Recycled Nylon"], summer: 1 },
    ],
  },
  {
    name: "Stationery",
    option: "Format",
    values: ["A5", "A4"],
    kinds: [
      {
        name: "Notebook",
        shape: "notebook",
        price: 15,
        materials: ["Recycled Paper", "Linen Bound"],
        summer: 0,
        goesWith: "Pen Set",
      },
      { name: "Pen Set", shape: "pens", price: 21, materials: ["Aluminium", "Beech"], summer: 0 },
      {
        name: "Planner",
        shape: "planner",
        price: 26,
        materials: ["Linen Bound", "Leather"],
        summer: -0.7,
        goesWith: "Pen Set",
      },
      { name: "Desk Tray", shape: "tray", price: 34, materials: ["Oak", "Felt"], summer: 0 },
      { name: "Pencil Case", shape: "case", price: 18, materials: ["Canvas", "Felt"], summer: 0.2 },
    ],
  },
  {
    name: "Textiles",
    option: "Size",
    values: ["Small", "Large"],
    kinds: [
      {
        name: "Cushion",
        shape: "cushion",
        price: 35,
        materials: ["Linen", "Velvet"],
        summer: 0,
        goesWith: "Blanket",
      },
      { name: "Blanket", shape: "blanket", price: 79, materials: ["Lambswool", "Cotton"], summer: -0.9 },
      { name: "Rug", shape: "rug", price: 149, materials: ["Wool", "Jute"], summer: -0.3 },
      { name: "Towel", shape: "towel", price: 24, materials: ["Cotton", "Linen"], summer: 0.6 },
      { name: "Curtain", shape: "curtain", price: 64, materials: ["Linen", "Velvet"], summer: 0 },
    ],
  },
]
