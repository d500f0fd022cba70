//! The docs at `/docs/`, from files in the binary.

use utoipa_swagger_ui::{Config, SwaggerUi};

/// Serves the docs of the document at `/openapi.json`.
pub fn service() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json").display_request_duration(true).filter(true))
}
