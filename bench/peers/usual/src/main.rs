//! The same work as it is usually written in Rust: default features, `load_defaults`, reqwest for the response.

use std::collections::HashMap;

use aws_config::BehaviorVersion;
use aws_sdk_greengrass::Client;
use aws_sdk_greengrass::types::Connector;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CustomResource {
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    resource_properties: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    connector_definition_id: String,
    connectors: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    connector_arn: String,
    id: String,
    #[serde(default)]
    parameters: HashMap<String, String>,
}

async fn create(client: &Client, token: &str, request: Request) -> Result<Value, Error> {
    let connector = |item: Item| {
        Connector::builder()
            .connector_arn(item.connector_arn)
            .id(item.id)
            .set_parameters(Some(item.parameters))
            .build()
    };
    let version = client
        .create_connector_definition_version()
        .amzn_client_token(token)
        .connector_definition_id(request.connector_definition_id)
        .set_connectors(Some(request.connectors.into_iter().map(connector).collect()))
        .send()
        .await?;
    tracing::info!(version = version.version(), "created");
    Ok(json!({
        "Arn": version.arn(),
        "Id": version.id(),
        "Version": version.version(),
        "CreationTimestamp": version.creation_timestamp(),
    }))
}

async fn handle(
    client: &Client,
    http: &reqwest::Client,
    event: LambdaEvent<CustomResource>,
) -> Result<(), Error> {
    let resource = event.payload;
    let created = create(client, &resource.request_id, resource.resource_properties).await;
    let (status, reason, data) = match created {
        Ok(data) => ("SUCCESS", String::new(), data),
        Err(error) => ("FAILED", error.to_string(), json!({})),
    };
    let response = json!({
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": data["Arn"].as_str().unwrap_or("none"),
        "StackId": resource.stack_id,
        "RequestId": resource.request_id,
        "LogicalResourceId": resource.logical_resource_id,
        "Data": data,
    });
    let put = http.put(&resource.response_url).header("content-type", "").body(response.to_string());
    put.send().await?.error_for_status()?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let (client, http) = (&Client::new(&config), &reqwest::Client::new());
    run(service_fn(move |event| handle(client, http, event))).await
}
