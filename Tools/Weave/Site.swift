import Mustache
import Tangle
