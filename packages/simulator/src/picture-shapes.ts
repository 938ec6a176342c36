/** Drawings on a 400 × 400 field; `c` is the product's colour, `d` a darker and `l` a lighter one. */
type Drawing = (c: string, d: string, l: string) => string

const line = (d: string, width = 6): string =>
  `fill="none" stroke="${d}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"`

const top = (sleeve: string) => (c: string, d: string, l: string) =>
  `<path d="M140 110 Q200 150 260 110 L290 125 L290 310 L110 310 L110 125Z" fill="${c}"/><path d="${sleeve}" fill="${c}"/>` +
  `<path d="M150 112 Q200 148 250 112" ${line(d)}/><path d="M110 292 H290" ${line(l, 8)}/>`
const SHORT = "M112 124 L52 188 L92 218 L114 194Z M288 124 L348 188 L308 218 L286 194Z"
const LONG = "M112 124 L62 290 L98 300 L118 190Z M288 124 L338 290 L302 300 L282 190Z"

const shapes = {
  tee: top(SHORT),
  shirt: (c, d, l) =>
    top(LONG)(c, d, l) +
    `<path d="M200 136 V310" ${line(d, 4)}/>` +
    [165, 205, 245, 285].map((y) => `<circle cx="200" cy="${y}" r="5" fill="${l}"/>`).join(""),
  sweater: (c, d, l) =>
    top(LONG)(c, d, l) +
    [180, 210, 240]
      .map(
        (y) => `<path d="M118 ${y} q10 -12 20 0 t20 0 t20 0 t20 0 t20 0 t20 0 t20 0 t20 0" ${line(l, 5)}/>`
      )
      .join(""),
  hoodie: (c, d, l) =>
    `<path d="M135 120 Q200 30 265 120Z" fill="${d}"/>` +
    top(LONG)(c, d, l) +
    `<path d="M150 300 L165 240 H235 L250 300Z" fill="${d}"/><path d="M185 140 V190 M215 140 V190" ${line(l, 4)}/>`,
  scarf: (c, d, l) =>
    `<path d="M110 110 Q200 190 290 110 L300 160 Q200 240 100 160Z" fill="${c}"/><path d="M215 190 L275 180 L265 320 L215 320Z" fill="${d}"/>` +
    [222, 236, 250].map((x) => `<path d="M${x} 320 V340" ${line(l, 5)}/>`).join(""),
  sneaker: (c, d, l) =>
    `<path d="M70 250 L80 170 L140 175 Q190 225 300 235 Q335 242 335 270 L70 270Z" fill="${c}"/><rect x="66" y="268" width="272" height="24" rx="12" fill="${l}"/><path d="M150 200 L180 185 M170 218 L200 203 M192 230 L222 215" ${line(d)}/>`,
  boot: (c, d, l) =>
    `<path d="M120 80 H215 V215 Q300 225 315 280 H120Z" fill="${c}"/><rect x="114" y="278" width="206" height="28" rx="6" fill="${d}"/><path d="M150 110 H205 M150 145 H205 M150 180 H205" ${line(l)}/>`,
  sandal: (c, d, l) =>
    `<ellipse cx="200" cy="270" rx="140" ry="32" fill="${d}"/><path d="M110 250 Q160 150 210 255 M190 255 Q250 170 300 258" ${line(c, 26)}/><circle cx="160" cy="205" r="8" fill="${l}"/>`,
  loafer: (c, d, l) =>
    `<path d="M70 200 Q110 190 140 215 Q230 190 320 250 Q335 275 320 280 H75Z" fill="${c}"/><rect x="70" y="278" width="260" height="16" rx="6" fill="${d}"/><path d="M175 210 Q205 245 245 222" ${line(l, 10)}/>`,
  slipper: (c, d, l) =>
    `<ellipse cx="200" cy="265" rx="145" ry="36" fill="${l}"/><path d="M170 265 Q190 160 290 200 Q350 230 345 268Z" fill="${c}"/><path d="M182 240 Q240 215 330 235" ${line(d)}/>`,
  backpack: (c, d, l) =>
    `<path d="M160 90 Q200 40 240 90" ${line(d, 12)}/><rect x="110" y="85" width="180" height="230" rx="50" fill="${c}"/><rect x="135" y="205" width="130" height="85" rx="16" fill="${d}"/><path d="M130 160 H270" ${line(l)}/>`,
  tote: (c, d, l) =>
    `<path d="M150 160 Q150 60 200 60 Q250 60 250 160" ${line(d, 12)}/><path d="M105 150 H295 L280 325 H120Z" fill="${c}"/><circle cx="200" cy="240" r="34" fill="${l}"/>`,
  messenger: (c, d, l) =>
    `<path d="M90 180 Q200 20 310 180" ${line(d, 12)}/><rect x="85" y="170" width="230" height="140" rx="18" fill="${c}"/><path d="M85 185 H315 V250 Q200 285 85 250Z" fill="${d}"/><rect x="185" y="240" width="30" height="36" rx="5" fill="${l}"/>`,
  pouch: (c, d, l) =>
    `<rect x="80" y="150" width="240" height="140" rx="26" fill="${c}"/><path d="M95 175 H305" ${line(d, 8)}/><path d="M300 175 v34" ${line(l, 10)}/>`,
  weekender: (c, d, l) =>
    `<path d="M150 165 Q150 95 200 95 Q250 95 250 165" ${line(d, 12)}/><rect x="60" y="160" width="280" height="150" rx="45" fill="${c}"/><path d="M130 165 V308 M270 165 V308" ${line(d, 14)}/><path d="M90 190 H310" ${line(l, 5)}/>`,
  mug: (c, d, l) =>
    `<path d="M270 165 Q340 165 335 215 Q330 260 265 255" ${line(d, 20)}/><path d="M110 125 H280 V270 Q280 310 240 310 H150 Q110 310 110 270Z" fill="${c}"/><ellipse cx="195" cy="126" rx="85" ry="18" fill="${l}"/>`,
  bowl: (c, d, l) =>
    `<path d="M70 175 H330 Q320 305 200 305 Q80 305 70 175Z" fill="${c}"/><ellipse cx="200" cy="176" rx="130" ry="26" fill="${l}"/><rect x="160" y="300" width="80" height="18" rx="6" fill="${d}"/>`,
  plate: (c, d, l) =>
    `<circle cx="200" cy="205" r="135" fill="${c}"/><circle cx="200" cy="205" r="92" fill="${l}"/><circle cx="200" cy="205" r="92" ${line(d, 4)}/>`,
  teapot: (c, d, l) =>
    `<path d="M130 150 Q200 50 270 150" ${line(d, 12)}/><path d="M285 230 L350 165" ${line(c, 28)}/><ellipse cx="200" cy="235" rx="110" ry="85" fill="${c}"/><ellipse cx="200" cy="158" rx="52" ry="14" fill="${l}"/><circle cx="200" cy="140" r="12" fill="${d}"/>`,
  carafe: (c, d, l) =>
    `<path d="M170 70 H230 L225 150 Q290 200 285 290 Q285 325 250 325 H150 Q115 325 115 290 Q110 200 175 150Z" fill="${l}"/><path d="M118 255 Q200 235 283 255 L285 290 Q285 325 250 325 H150 Q115 325 115 290Z" fill="${c}"/><path d="M165 72 H235" ${line(d, 12)}/>`,
  tableLamp: (c, d, l) =>
    `<path d="M145 80 H255 L300 205 H100Z" fill="${c}"/><path d="M200 205 V300" ${line(d, 14)}/><ellipse cx="200" cy="310" rx="70" ry="16" fill="${d}"/><path d="M118 195 H282" ${line(l)}/>`,
  floorLamp: (c, d, l) =>
    `<path d="M155 50 H245 L275 130 H125Z" fill="${c}"/><path d="M200 130 V340 M200 300 L150 345 M200 300 L250 345" ${line(d, 8)}/><path d="M135 122 H265" ${line(l, 5)}/>`,
  pendant: (c, d, l) =>
    `<path d="M200 30 V140" ${line(d, 5)}/><path d="M80 270 Q90 140 200 140 Q310 140 320 270Z" fill="${c}"/><ellipse cx="200" cy="272" rx="120" ry="20" fill="${l}"/>`,
  lantern: (c, d, l) =>
    `<path d="M150 110 Q200 40 250 110" ${line(d, 8)}/><rect x="130" y="130" width="140" height="180" rx="10" fill="${l}"/><path d="M120 105 H280 V135 H120Z M120 305 H280 V330 H120Z" fill="${c}"/><path d="M200 285 Q165 245 200 195 Q235 245 200 285Z" fill="${c}"/><path d="M130 130 V310 M270 130 V310" ${line(d)}/>`,
  candle: (c, d, l) =>
    `<rect x="178" y="120" width="44" height="130" fill="${l}"/><path d="M200 110 Q180 85 200 55 Q220 85 200 110Z" fill="#f0a93b"/><path d="M120 245 H280 Q275 300 225 305 V320 H175 V305 Q125 300 120 245Z" fill="${c}"/><path d="M140 320 H260" ${line(d, 14)}/>`,
  tent: (c, d, l) =>
    `<path d="M200 90 L350 310 H50Z" fill="${c}"/><path d="M200 90 L250 310 H150Z" fill="${d}"/><path d="M200 90 L200 60 M50 310 L25 322 M350 310 L375 322" ${line(l)}/>`,
  sleepingBag: (c, d, l) =>
    `<rect x="135" y="70" width="130" height="260" rx="65" fill="${c}"/><ellipse cx="200" cy="125" rx="42" ry="38" fill="${l}"/><path d="M150 190 H250 M145 235 H255 M150 280 H250" ${line(d)}/>`,
  chair: (c, d, l) =>
    `<path d="M115 80 L130 220 H285 L255 205 L230 80Z" fill="${c}"/><path d="M130 220 L290 330 M275 220 L110 330 M110 80 L130 225" ${line(d, 9)}/><path d="M130 110 H228" ${line(l)}/>`,
  bottle: (c, d, l) =>
    `<rect x="175" y="55" width="50" height="50" rx="8" fill="${d}"/><path d="M165 105 H235 Q260 125 260 165 V310 Q260 335 235 335 H165 Q140 335 140 310 V165 Q140 125 165 105Z" fill="${c}"/><path d="M165 180 V290" ${line(l, 10)}/>`,
  hammock: (c, d, l) =>
    `<path d="M45 110 L110 180 M355 110 L290 180" ${line(d, 5)}/><path d="M100 170 Q200 350 300 170 Q200 240 100 170Z" fill="${c}"/><path d="M125 200 Q200 300 275 200" ${line(l)}/><path d="M45 70 V330 M355 70 V330" ${line(d, 10)}/>`,
  notebook: (c, d, l) =>
    `<rect x="110" y="75" width="190" height="255" rx="12" fill="${c}"/><rect x="110" y="75" width="34" height="255" rx="12" fill="${d}"/><rect x="175" y="125" width="95" height="46" rx="5" fill="${l}"/>`,
  pens: (c, d, l) =>
    [
      [130, c],
      [185, d],
      [240, l],
    ]
      .map(
        ([x, fill]) =>
          `<rect x="${x}" y="80" width="34" height="190" rx="8" fill="${fill}"/><path d="M${x} 268 h34 l-17 50Z" fill="${d}"/>`
      )
      .join(""),
  planner: (c, d, l) =>
    `<rect x="85" y="90" width="230" height="230" rx="12" fill="${l}"/><path d="M85 102 a12 12 0 0 1 12 -12 H303 a12 12 0 0 1 12 12 V150 H85Z" fill="${c}"/><path d="M130 70 V110 M200 70 V110 M270 70 V110" ${line(d, 10)}/>` +
    [190, 235, 280].map((y) => `<path d="M115 ${y} H285" ${line(d, 3)}/>`).join(""),
  tray: (c, d, l) =>
    `<path d="M60 200 H340 L315 290 H85Z" fill="${c}"/><path d="M60 200 L100 160 H300 L340 200Z" fill="${d}"/><rect x="130" y="172" width="140" height="14" rx="6" fill="${l}"/>`,
  case: (c, d, l) =>
    `<rect x="55" y="150" width="290" height="110" rx="52" fill="${c}"/><path d="M80 190 H320" ${line(d)}/><path d="M300 190 l22 28" ${line(l, 9)}/>`,
  cushion: (c, d, l) =>
    `<path d="M90 100 Q200 125 310 100 Q285 205 310 310 Q200 285 90 310 Q115 205 90 100Z" fill="${c}"/><path d="M130 140 L270 270 M270 140 L130 270" ${line(l, 5)}/><circle cx="200" cy="205" r="12" fill="${d}"/>`,
  blanket: (c, d, l) =>
    `<path d="M80 130 H300 Q330 130 330 160 V290 H110 Q80 290 80 260Z" fill="${c}"/><path d="M80 190 H330 M80 240 H330" ${line(l, 12)}/>` +
    [120, 160, 200, 240, 280, 320].map((x) => `<path d="M${x} 290 V318" ${line(d, 5)}/>`).join(""),
  rug: (c, d, l) =>
    `<rect x="60" y="110" width="280" height="190" rx="6" fill="${c}"/><rect x="88" y="136" width="224" height="138" ${line(l, 8)}/><path d="M200 150 L265 205 L200 260 L135 205Z" fill="${d}"/>`,
  towel: (c, d, l) =>
    `<path d="M70 95 H330" ${line(d, 12)}/><path d="M110 95 H290 V320 H110Z" fill="${c}"/><path d="M110 255 H290 M110 280 H290" ${line(l, 9)}/>`,
  curtain: (c, d, l) =>
    `<path d="M50 75 H350" ${line(d, 12)}/><path d="M75 80 H190 Q175 210 120 330 H75Z M325 80 H210 Q225 210 280 330 H325Z" fill="${c}"/><path d="M105 90 V320 M140 90 Q138 210 110 320 M295 90 V320 M260 90 Q262 210 290 320" ${line(l, 4)}/>`,
} satisfies Record<string, Drawing>

export type Shape = keyof typeof shapes

/** Every kind's drawing. */
export const SHAPES: Record<Shape, Drawing> = shapes
