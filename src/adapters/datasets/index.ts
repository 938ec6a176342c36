export * from "./registry"
export * from "./item-relations"
export * from "./labelled-products"
