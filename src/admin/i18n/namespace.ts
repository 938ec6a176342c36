/** i18next namespace of the plugin's texts, so that they never meet those of the dashboard or of other plugins. */
export const NAMESPACE = "personalization"
