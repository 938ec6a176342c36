import ar from "./json/ar.json"
import de from "./json/de.json"
import en from "./json/en.json"
import es from "./json/es.json"
import fr from "./json/fr.json"
import { NAMESPACE } from "./namespace"

/** Texts by language; any other language of the dashboard falls back to English. */
export default {
  ar: { [NAMESPACE]: ar },
  de: { [NAMESPACE]: de },
  en: { [NAMESPACE]: en },
  es: { [NAMESPACE]: es },
  fr: { [NAMESPACE]: fr },
}
